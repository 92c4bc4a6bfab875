"""How often a turn is tried whose process dies of it, and what is no attempt."""

import threading
import time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.conversation import completing, receipts, turns
from cci_app.conversation.inbound import Person
from cci_app.conversation.service import Conversation
from cci_app.conversation.turns import Turn
from cci_app.core.database import tenant_transaction
from tests.conversation.scripted import ScriptedAgent, abandon, completed, event, finish, say, until


@pytest.fixture(autouse=True)
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has been there for long."""
    monkeypatch.setattr(turns, "_BORN", time.monotonic() - 3600)


def began(person: Person, text: str = "bonjour", event_id: str = "1") -> Turn:
    turn = receipts.open_receipt(event(person, text, event_id), "CO").turn
    assert turn is not None
    return turn


def taken_over(person: Person) -> Turn:
    abandon(person)
    turn = turns.take_waiting(person, "CO", grace_seconds=1, longest_seconds=1)
    assert turn is not None
    return turn


def test_a_turn_that_kills_its_process_is_tried_twice(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    assert not began(person).is_suspect
    second = taken_over(person)
    assert second.is_suspect
    assert not second.is_given_up
    abandon(person)
    finish(conversation, person)
    assert agent.asked == []
    assert say(conversation, person, "encore", "2") == "apology fr\n\nanswer 1 to encore"
    # The next turn begins with a clean record.
    assert not began(person, "tercero", "3").is_suspect


def test_where_everything_was_killed_nobody_is_to_blame(
    app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    began(person)
    monkeypatch.setattr(turns, "_BORN", time.monotonic())
    for takeover in range(1, turns.MAX_TAKEOVERS + 1):
        turn = taken_over(person)
        assert (turn.attempts, turn.takeovers, turn.is_given_up) == (1, takeover, False)
    assert taken_over(person).is_given_up


def test_a_process_that_was_only_slow_made_no_attempt(app: Flask, person: Person) -> None:
    slow = began(person)
    assert taken_over(person).attempts == 2
    turns.give_back(slow)
    assert taken_over(person).attempts == 2


def test_an_outage_is_no_attempt(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cci_app.conversation import pool

    monkeypatch.setattr(pool, "HEARTBEAT_SECONDS", 0.02)
    away = threading.Event()
    away.set()
    complete, give_back = completing.complete, turns.give_back

    def outage(*arguments: object, **more: object) -> object:
        if away.is_set():
            raise OperationalError("", None, Exception("no space left on device"))
        return complete(*arguments, **more)  # type: ignore[arg-type]

    def no_return(turn: Turn) -> None:
        if away.is_set():
            raise OperationalError("", None, Exception("the database is away"))
        give_back(turn)

    monkeypatch.setattr(completing, "complete", outage)
    monkeypatch.setattr(pool, "give_back", no_return)
    for number in range(1, 5):
        away.set()
        with pytest.raises(OperationalError):
            say(conversation, person, "bonjour")
        away.clear()
        until(lambda: attempts(person) == 0)
        assert agent.asked == ["bonjour"] * number
    assert say(conversation, person, "bonjour") == "answer 1 to bonjour"


def attempts(person: Person) -> int:
    with tenant_transaction(person.organisation_id) as session:
        count: int = session.scalars(sa.text("SELECT attempts FROM turn_state")).one()
        return count


def test_suspects_run_one_at_a_time(conversation: Conversation, person: Person, agent: ScriptedAgent) -> None:
    others = [Person(person.organisation_id, "cci", f"+57300000020{number}") for number in range(2)]
    for other in others:
        began(other, "bonjour", other.user_id)
        abandon(other)
    agent.gate.clear()
    futures = [conversation.resume(other) for other in others]
    until(lambda: len(agent.asked) == 1)
    # Should the process die of the one that runs, the one that waits was not tried again.
    until(lambda: sorted(counted(person)) == [1, 2])
    agent.gate.set()
    for future in futures:
        assert future is not None
        future.result(10)
    assert len(agent.asked) == 2
    until(completed(person, 2))


def counted(person: Person) -> list[int]:
    with tenant_transaction(person.organisation_id) as session:
        return list(session.scalars(sa.text("SELECT attempts FROM turn_state")))


def test_a_turn_that_eats_the_processor_is_kept_no_longer(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cci_app.conversation import pool

    monkeypatch.setattr(pool, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(pool, "MOST_PROCESSOR_SECONDS", 0.2)
    ask, spinning = agent.reply, threading.Event()
    spinning.set()

    def spin(turn: TurnContext) -> AgentReply:
        while spinning.is_set():
            pass
        return ask(turn)

    monkeypatch.setattr(agent, "reply", spin)
    assert say(conversation, person, "veneno") == "holding es"
    heartbeat = conversation._pool._heartbeat
    until(lambda: not heartbeat._leases)
    second = taken_over(person)
    assert second.attempts == 2
    spinning.clear()
    until(lambda: agent.asked == ["veneno"])
    conversation.stop()
    # That it ended after all takes nothing back: it would be run for ever.
    assert attempts(person) == 2
    assert taken_over(person).is_given_up
