"""The outbox: states that never go down, order, and nothing cut in silence."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.channels.message import Address, Part, Text
from cci_app.channels.ports import Delivery, Limits, Retry, Sent
from cci_app.channels.registry import Channels
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundState
from cci_app.conversation.outbox import Outbox, claim_next, due_messages, outbound_messages
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conversation.scripted import ScriptedAgent, say, until

# What each state may become.
ALLOWED = {
    "queued": {"sending", "failed", "cancelled"},
    "sending": {"queued", "sent", "delivered", "read", "failed", "uncertain"},
    "uncertain": {"sent", "delivered", "read", "failed"},
    "sent": {"delivered", "read", "failed"},
    "delivered": {"read"},
}


class Recorder:
    """A channel that takes what it is given; `answers` are its first ones."""

    kind = "recorder"
    limits = Limits()

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answers: list[Delivery] = []

    def send(self, part: Part, address: Address, key: str) -> Delivery:
        self.sent.append(part.plain)
        return self.answers.pop(0) if self.answers else Sent("theirs")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def outbox(app: Flask, recorder: Recorder) -> Outbox:
    channels: Any = {"recorder": recorder}
    return Outbox(Channels(channels))


def queue(person: Person, text: str, state: str = "queued") -> int:
    with tenant_transaction(person.organisation_id) as session:
        statement = sa.text(
            "INSERT INTO outbound_messages (organisation_id, assistant, user_id, reason, position, idempotency_key,"
            " address, part, via, state) VALUES (:organisation_id, :assistant, :user_id, 'reply', 1, :text,"
            ' \'{"channel": "recorder", "account": "one", "to": "1"}\','
            " jsonb_build_object('kind', 'text', 'text', CAST(:text AS text)), 'push', :state) RETURNING id"
        )
        values = {"assistant": person.assistant, "user_id": person.user_id, "text": text, "state": state}
        made: int = session.scalars(statement, {"organisation_id": person.organisation_id, **values}).one()
        return made


def move(person: Person, message: int, state: str) -> None:
    with tenant_transaction(person.organisation_id) as session:
        session.execute(
            sa.text("UPDATE outbound_messages SET state = :state WHERE id = :id"), {"state": state, "id": message}
        )


def events(person: Person, message: int) -> list[str]:
    with tenant_transaction(person.organisation_id) as session:
        statement = sa.text("SELECT state FROM delivery_events WHERE message_id = :id ORDER BY id")
        return list(session.scalars(statement, {"id": message}))


@pytest.mark.parametrize("before", list(OutboundState))
def test_a_state_never_goes_down(app: Flask, person: Person, before: str) -> None:
    for after in OutboundState:
        message = queue(person, f"{before} {after}", before)
        if after == before or after in ALLOWED.get(before, set()):
            move(person, message, after)
        else:
            with pytest.raises(sa.exc.IntegrityError, match="cannot become"):
                move(person, message, after)


def test_every_state_is_an_event_that_nobody_changes(app: Flask, person: Person) -> None:
    message = queue(person, "hola")
    for state in ("sending", "sent", "sent", "delivered"):
        move(person, message, state)
    assert events(person, message) == ["queued", "sending", "sent", "delivered"]
    with pytest.raises(sa.exc.DBAPIError), tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE delivery_events SET state = 'read'"))
    assert events(person, message)[-1] == "delivered"


def test_messages_of_a_person_leave_in_order(outbox: Outbox, recorder: Recorder, person: Person) -> None:
    for text in ("one", "two", "three"):
        queue(person, text)
    recorder.answers = [Sent(), Retry("slow down", 60.0)]
    assert outbox.send(person) == [Sent(), Retry("slow down", 60.0)]
    # The third waits behind the second, which is not due.
    assert outbox.send(person) == []
    assert recorder.sent == ["one", "two"]
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE outbound_messages SET not_before = now()"))
    outbox.send(person)
    assert recorder.sent == ["one", "two", "two", "three"]
    assert {message["state"] for message in outbound_messages(person.organisation_id)} == {"sent"}


def test_they_leave_though_the_clock_is_set_back(outbox: Outbox, recorder: Recorder, person: Person) -> None:
    queue(person, "one")
    queue(person, "two")
    with tenant_transaction(person.organisation_id) as session:
        later = "{0} = {0} + interval '1 hour'".format
        columns = ", ".join(map(later, ("not_before", "created_at")))
        session.execute(sa.text(f"UPDATE outbound_messages SET {columns}"))
    assert due_messages()
    outbox.send(person)
    assert recorder.sent == ["one", "two"]


def test_what_somebody_sends_is_not_sent_beside_them(outbox: Outbox, recorder: Recorder, person: Person) -> None:
    queue(person, "one")
    queue(person, "two")
    assert claim_next(person) is not None
    assert claim_next(person) is None
    assert outbox.send(person) == []


def test_without_an_address_it_fails_and_says_so(outbox: Outbox, person: Person) -> None:
    queue(person, "one")
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE outbound_messages SET address = NULL"))
    outbox.send(person)
    (message,) = outbound_messages(person.organisation_id)
    assert (message["state"], message["error_code"]) == ("failed", "no_address")


def test_what_found_no_room_opens_the_next_reply(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    long = "\n\n".join(f"{number} " + "a" * 4000 for number in range(12))
    agent.says = (Text(long),)
    conversation.receive(event_of(person, "one"))
    agent.says = None
    assert [message["via"] for message in outbound_messages(person.organisation_id)] == ["reply", "reply"]
    opened = say(conversation, person, "two").split("\n\n")
    assert [text.split()[0] for text in opened] == ["10", "11", "answer"]
    assert {message["state"] for message in outbound_messages(person.organisation_id)} == {"sent"}
    assert say(conversation, person, "three").startswith("answer")


def event_of(person: Person, text: str) -> Any:
    from tests.conversation.scripted import event

    return event(person, text, text, channel="manychat")


def test_a_late_answer_leaves_part_by_part(conversation: Conversation, person: Person, agent: ScriptedAgent) -> None:
    agent.says = (Text("uno"), Text("dos"))
    agent.gate.clear()
    assert say(conversation, person, "slow").startswith("holding")
    agent.gate.set()
    until(lambda: len(outbound_messages(person.organisation_id)) == 2)
    agent.says = None
    assert say(conversation, person, "next") == "uno\n\ndos\n\nanswer 2 to next"
