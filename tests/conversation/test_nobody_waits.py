"""Channels whose sender waits for no reply: a burst is one turn, and its reply leaves part by part."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.channels import kinds
from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.channels.message import Address, Inbound, Text
from cci_app.channels.registry import load_channels
from cci_app.conversation import turns
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import set_mode
from cci_app.conversation.outbox import outbound_messages
from cci_app.conversation.service import Conversation
from cci_app.conversation.sweep import sweep
from cci_app.core.database import tenant_transaction
from tests.conversation.scripted import BUDGET, ScriptedAgent, ScriptedAssistant, ScriptedCatalogue
from tests.fakes.courier import KIND, KINDS, FakeCourier

ACCOUNT = f"{KIND}:main"


@pytest.fixture
def courier() -> Iterator[FakeCourier]:
    with FakeCourier() as service:
        yield service


@pytest.fixture
def conversation(
    app: Flask,
    settings: Any,
    agent: ScriptedAgent,
    person: Person,
    courier: FakeCourier,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Conversation]:
    monkeypatch.setitem(kinds.KINDS, KIND, KINDS[0])
    forget_accounts()
    account = {"number": f"courier-{person.organisation_id}", "base_url": courier.address}
    channel_accounts.add(person.organisation_id, KIND, "main", account, {"secret": "a fictional secret"})
    changes = {"channel_modules": ["tests.fakes.courier"], "reply_budget_seconds": BUDGET}
    changed = settings.model_copy(update=changes)
    made = Conversation(app, changed, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(changed))
    yield made
    agent.gate.set()
    made.stop()
    service = made.channels.sender(person.organisation_id, Address(KIND, ACCOUNT, person.user_id))
    assert service is not None
    service.close()
    forget_accounts()


def write(conversation: Conversation, person: Person, *texts: str) -> None:
    for text in texts:
        address = Address(KIND, ACCOUNT, person.user_id)
        inbound = Inbound(KIND, ACCOUNT, person.user_id, (Text(text),), event_id=text, reply_to=address)
        assert conversation.receive(Event(person, inbound)).reply.body == b""


def let_pass(person: Person, seconds: float) -> None:
    """What is kept of time is that much older."""
    with tenant_transaction(person.organisation_id) as session:
        earlier = "make_interval(secs => :seconds)"
        session.execute(
            sa.text(
                f"UPDATE webhook_events SET received_at = received_at - {earlier}, not_before = not_before - {earlier}"
                " WHERE status = 'received'"
            ),
            {"seconds": seconds},
        )


def answer(conversation: Conversation, person: Person) -> bool:
    future = conversation.resume(person)
    if future is None:
        return False
    future.result(10)
    return True


def test_a_burst_is_one_turn_and_one_reply(
    conversation: Conversation, person: Person, agent: ScriptedAgent, courier: FakeCourier
) -> None:
    agent.says = (Text("primero"), Text("segundo"))
    write(conversation, person, "uno", "dos", "tres")
    assert not answer(conversation, person)
    let_pass(person, 1.6)
    assert answer(conversation, person)
    assert not answer(conversation, person)
    assert agent.asked == ["uno\ndos\ntres"]
    assert courier.texts(person.user_id) == ["primero", "segundo"]
    assert {(message["state"], message["reason"]) for message in outbound_messages(person.organisation_id)} == {
        ("sent", "reply")
    }
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        rows = session.execute(sa.text("SELECT user_message, agent_response FROM conversations ORDER BY event_id"))
        assert [tuple(row) for row in rows] == [("uno", ""), ("dos", ""), ("tres", "primero\n\nsegundo")]


def test_the_turn_waits_for_silence_but_not_for_ever(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    write(conversation, person, "0")
    for number in range(1, 12):
        let_pass(person, 1.0)
        write(conversation, person, str(number))
        if answer(conversation, person):
            break
    # The setting of ten seconds: somebody who never stops is answered, too.
    assert number == 10
    assert agent.asked == ["\n".join(map(str, range(11)))]


def test_a_repeated_delivery_is_no_second_message(
    conversation: Conversation, person: Person, agent: ScriptedAgent, courier: FakeCourier
) -> None:
    write(conversation, person, "uno", "uno")
    let_pass(person, 2)
    assert answer(conversation, person)
    write(conversation, person, "uno")
    let_pass(person, 2)
    assert not answer(conversation, person)
    assert courier.texts(person.user_id) == ["answer 1 to uno"]


def test_what_comes_while_the_assistant_thinks_is_the_next_turn(
    conversation: Conversation, person: Person, agent: ScriptedAgent, courier: FakeCourier
) -> None:
    write(conversation, person, "uno")
    let_pass(person, 2)
    agent.gate.clear()
    thinking = conversation.resume(person)
    assert thinking is not None
    write(conversation, person, "dos", "tres")
    let_pass(person, 2)
    assert conversation.resume(person) is None
    agent.gate.set()
    thinking.result(10)
    assert answer(conversation, person)
    assert courier.texts(person.user_id) == ["answer 1 to uno", "answer 2 to dos\ntres"]


def test_the_sweeper_finds_a_burst_that_no_bell_announced(conversation: Conversation, person: Person) -> None:
    write(conversation, person, "uno")
    with tenant_transaction(person.organisation_id) as session:
        receipt = session.scalars(sa.text("SELECT id FROM webhook_events")).one()
    assert receipt not in sweep(grace_seconds=BUDGET)
    let_pass(person, 2)
    assert receipt in sweep(grace_seconds=BUDGET)


def test_a_burst_is_answered_though_the_clock_is_set_back(conversation: Conversation, person: Person) -> None:
    write(conversation, person, "uno")
    with tenant_transaction(person.organisation_id) as session:
        receipt = session.scalars(sa.text("SELECT id FROM webhook_events")).one()
    let_pass(person, -3600)
    assert receipt in sweep(grace_seconds=BUDGET)
    assert answer(conversation, person)


def test_a_part_that_the_channel_does_not_take_yet_keeps_its_place(
    conversation: Conversation, person: Person, agent: ScriptedAgent, courier: FakeCourier
) -> None:
    agent.says = (Text("primero"), Text("segundo"))
    courier.refuses = 1
    write(conversation, person, "uno")
    let_pass(person, 2)
    assert answer(conversation, person)
    assert courier.texts(person.user_id) == []
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE outbound_messages SET not_before = now()"))
    conversation.outbox.send(person)
    assert courier.texts(person.user_id) == ["primero", "segundo"]


def test_while_a_human_answers_nothing_is_sent(
    conversation: Conversation, person: Person, agent: ScriptedAgent, courier: FakeCourier
) -> None:
    set_mode(person, TurnMode.HUMAN)
    write(conversation, person, "uno")
    let_pass(person, 2)
    assert answer(conversation, person)
    agent.gate.clear()
    set_mode(person, TurnMode.BOT)
    write(conversation, person, "dos")
    let_pass(person, 2)
    thinking = conversation.resume(person)
    assert thinking is not None
    set_mode(person, TurnMode.PAUSED)
    agent.gate.set()
    thinking.result(10)
    assert (courier.carried, list(outbound_messages(person.organisation_id))) == ([], [])


def test_a_poisonous_turn_ends_with_an_apology_that_is_sent(
    conversation: Conversation, person: Person, agent: ScriptedAgent, courier: FakeCourier
) -> None:
    write(conversation, person, "veneno")
    let_pass(person, 2)
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE turn_state SET attempts = :most"), {"most": turns.MAX_ATTEMPTS})
    assert answer(conversation, person)
    assert agent.asked == []
    assert courier.texts(person.user_id) == ["apology es"]
