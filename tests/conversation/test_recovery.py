"""Slow agents, failing agents, dead processes: everybody is answered, nothing is lost or said twice."""

import time
from datetime import datetime

import pytest
import sqlalchemy as sa

from cci_app.conversation import receipts
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.service import Conversation
from cci_app.conversation.sweep import person_of, sweep
from cci_app.core.database import system_transaction, tenant_transaction
from tests.conversation.scripted import BUDGET, ScriptedAgent, abandon, completed, event, finish, say, until


def test_a_slow_answer_is_held_and_opens_the_next_reply(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    assert say(conversation, person, "hola, buenos días") == "answer 1 to hola, buenos días"
    agent.gate.clear()
    # The agent is still at it: nobody waited for it past the budget.
    assert say(conversation, person, "slow") == "holding es"
    assert not agent.gate.is_set()
    agent.gate.set()
    until(completed(person, 2))
    assert say(conversation, person, "slow") == "holding es"
    assert say(conversation, person, "next") == "answer 2 to slow\n\nanswer 3 to next"
    assert say(conversation, person, "last") == "answer 4 to last"
    assert agent.asked == ["hola, buenos días", "slow", "next", "last"]


def test_a_message_behind_a_slow_one_waits_is_held_and_finished_by_a_worker(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    agent.gate.clear()
    assert say(conversation, person, "first") == "holding es"
    assert say(conversation, person, "second") == "holding es"
    agent.gate.set()
    until(completed(person, 1))
    swept = sweep(grace_seconds=BUDGET)
    with tenant_transaction(person.organisation_id) as session:
        waiting = session.scalars(sa.text("SELECT id FROM webhook_events WHERE status = 'received'")).all()
    assert len(waiting) == 1
    assert waiting[0] in swept
    assert person_of(waiting[0]) == person
    finish(conversation, person)
    assert conversation.resume(person) is None
    # The worker's answer carries the one that waited before it.
    assert say(conversation, person, "third") == "answer 1 to first\n\nanswer 2 to second\n\nanswer 3 to third"


def test_a_full_pool_gives_the_holding_reply_at_once(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.gate.clear()
    others = [Person(person.organisation_id, "cci", f"+57300000010{number}") for number in range(2)]
    for other in others:
        assert say(conversation, other, "busy", other.user_id) == "holding es"
    # Whoever waited for a thread would wait for the whole of this.
    monkeypatch.setattr(
        conversation, "_settings", conversation._settings.model_copy(update={"reply_budget_seconds": 60})
    )
    started = time.monotonic()
    assert say(conversation, person, "hola") == "holding es"
    assert time.monotonic() - started < 30


def test_what_a_dead_process_began_is_finished_once(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    receipt = receipts.open_receipt(event(person, "bonjour", "1"), "CO")
    assert receipt.turn is not None
    assert receipt.id not in sweep(grace_seconds=0)
    abandon(person)
    assert receipt.id in sweep(grace_seconds=0)
    finish(conversation, person)
    assert agent.asked == ["bonjour"]
    # The answer opens the next reply; a repeat of the event, which the channel would show too, does not bring it.
    assert say(conversation, person, "bonjour", "1") == "holding fr"
    assert say(conversation, person, "après", "2") == "answer 1 to bonjour\n\nanswer 2 to après"


def test_a_dead_process_holds_nobody_up_though_the_clock_is_set_back(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    receipt = receipts.open_receipt(event(person, "bonjour", "1"), "CO")
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE turn_state SET lease_until = lease_until + interval '1 hour'"))
        session.execute(sa.text("UPDATE webhook_events SET received_at = received_at + interval '1 hour'"))
    assert receipt.id in sweep(grace_seconds=BUDGET)
    finish(conversation, person)
    assert agent.asked == ["bonjour"]


def test_a_failing_agent_costs_an_apology_not_the_conversation(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    say(conversation, person, "bonjour à tous")
    agent.fails = True
    assert say(conversation, person, "fault") == "apology fr"
    agent.fails = False
    assert say(conversation, person, "again") == "answer 2 to again"
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        kept = session.execute(sa.text("SELECT user_message, agent_response FROM conversations ORDER BY id")).all()
        failed = session.scalar(sa.text("SELECT count(*) FROM webhook_events WHERE status = 'failed'"))
    assert [tuple(row) for row in kept] == [
        ("bonjour à tous", "answer 1 to bonjour à tous"),
        ("fault", "apology fr"),
        ("again", "answer 2 to again"),
    ]
    assert failed == 1


def lease_of(person: Person) -> datetime:
    with tenant_transaction(person.organisation_id) as session:
        ends: datetime = session.scalars(sa.text("SELECT lease_until FROM turn_state")).one()
        return ends


def test_a_lease_is_kept_while_the_agent_thinks(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cci_app.conversation import pool

    monkeypatch.setattr(pool, "HEARTBEAT_SECONDS", 0.05)
    agent.gate.clear()
    assert say(conversation, person, "slow") == "holding es"
    first = lease_of(person)
    until(lambda: lease_of(person) > first)
    with tenant_transaction(person.organisation_id) as session:
        receipt = session.scalars(sa.text("SELECT id FROM webhook_events")).one()
    assert receipt not in sweep(grace_seconds=0)
    agent.gate.set()
    until(completed(person, 1))
    assert agent.asked == ["slow"]


def test_a_receipt_that_cannot_be_logged_keeps_nobody_waiting(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    say(conversation, person, "one")
    say(conversation, person, "two")
    with system_transaction() as session:
        session.execute(
            sa.text("UPDATE webhook_events SET outcome = '{}' WHERE text = 'one' AND organisation_id = :id"),
            {"id": person.organisation_id},
        )
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        logged = session.scalars(sa.text("SELECT user_message FROM conversations")).all()
        errors = session.scalars(sa.text("SELECT log_error FROM webhook_events WHERE log_error IS NOT NULL")).all()
    assert logged == ["two"]
    assert errors == ["KeyError"]
