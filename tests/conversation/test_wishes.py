"""What people ask for themselves, and what is not done to them from then on; a person who is erased under way."""

import threading
import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.channels.message import Text
from cci_app.contacts.models import Contact
from cci_app.contacts.wishes import ContactWish, find_mark, keep_wish
from cci_app.conversation import memory
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import OutboundMessage, OutboundState, WebhookEvent
from cci_app.conversation.outbox import claim_next
from cci_app.conversation.service import Conversation
from cci_app.conversation.state import PersonState
from cci_app.core.database import tenant_transaction
from cci_app.core.queue import Task
from cci_app.core.redis import get_redis
from cci_app.jobs.models import Job
from tests.conversation.scripted import ScriptedAgent, say, until


class WishingAgent(ScriptedAgent):
    """Says what the person wishes where the message is a wish; remembers what each turn told it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, ContactWish | None, bool]] = []

    def reply(self, turn: TurnContext) -> AgentReply:
        self.told.append((turn.text, turn.wish, turn.contact is not None))
        self.asked.append(turn.text)
        self.gate.wait(10)
        wish = ContactWish(turn.text) if turn.text in set(ContactWish) else None
        return AgentReply((Text(f"heard {turn.text}"),), {}, wish=wish)


@pytest.fixture
def agent() -> WishingAgent:
    return WishingAgent()


def mark_of(person: Person) -> str | None:
    with tenant_transaction(person.organisation_id) as session:
        mark = find_mark(session, person.organisation_id, person.user_id)
        return mark.wish if mark else None


def waiting(person: Person, receipt_id: int | None, reason: str = "late") -> int:
    with tenant_transaction(person.organisation_id) as session:
        message = OutboundMessage(
            **person.columns,
            receipt_id=receipt_id,
            reason=reason,
            position=1,
            idempotency_key=str(uuid.uuid4()),
            address={"channel": "manychat", "account": "manychat", "to": "1"},
            part={"kind": "text", "version": 1, "text": "late"},
            via="push",
        )
        session.add(message)
        session.flush()
        return message.id


def state_of(person: Person, message_id: int) -> str:
    with tenant_transaction(person.organisation_id) as session:
        message = session.get(OutboundMessage, message_id)
        assert message is not None
        return message.state


def receipts_of(person: Person) -> list[int]:
    with tenant_transaction(person.organisation_id) as session:
        return list(session.scalars(sa.select(WebhookEvent.id).order_by(WebhookEvent.id)))


def test_a_wish_is_a_mark_until_it_is_taken_back(conversation: Conversation, person: Person) -> None:
    say(conversation, person, "hola")
    say(conversation, person, "leave_alone")
    log_conversations()
    assert mark_of(person) == "leave_alone"
    say(conversation, person, "gone", "second")
    log_conversations()
    assert mark_of(person) == "gone"
    say(conversation, person, "resume")
    log_conversations()
    assert mark_of(person) is None
    with tenant_transaction(person.organisation_id) as session:
        acts = session.execute(sa.text("SELECT act, who, details ->> 'wish' FROM audit_log ORDER BY id")).all()
    assert [tuple(act) for act in acts] == [
        ("person.wished", "person", wish) for wish in ("leave_alone", "gone", "resume")
    ]


def test_a_later_wish_of_the_same_batch_counts(conversation: Conversation, person: Person) -> None:
    for wish in ("leave_alone", "resume"):
        say(conversation, person, wish)
    log_conversations()
    assert mark_of(person) is None


def test_an_erasure_is_a_job_that_names_nobody(conversation: Conversation, person: Person) -> None:
    say(conversation, person, "erase")
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        (job,) = session.scalars(sa.select(Job).where(Job.kind == Task.ERASE_PERSON))
    assert job.payload == {"receipt_id": receipts_of(person)[-1]}


def test_agents_are_told_of_a_wish_of_long_ago(conversation: Conversation, person: Person, agent: WishingAgent) -> None:
    say(conversation, person, "leave_alone")
    log_conversations()
    say(conversation, person, "hola")
    assert [(text, wish) for text, wish, _ in agent.told] == [
        ("leave_alone", None),
        ("hola", ContactWish.LEAVE_ALONE),
    ]


def test_whoever_has_another_ones_number_is_not_taken_for_them(
    conversation: Conversation, person: Person, agent: WishingAgent
) -> None:
    with tenant_transaction(person.organisation_id) as session:
        known = {"phone": person.user_id, "national_number": person.user_id[3:], "first_name": "Ana"}
        session.add(Contact(organisation_id=person.organisation_id, **known))
    say(conversation, person, "wrong_person")
    log_conversations()
    say(conversation, person, "hola")
    assert [known for _, _, known in agent.told] == [True, False]


def test_nothing_is_sent_to_one_who_asked_not_to_be_written_to(conversation: Conversation, person: Person) -> None:
    say(conversation, person, "hola")
    say(conversation, person, "leave_alone")
    log_conversations()
    before, wish = receipts_of(person)
    late, invitation, by_human = waiting(person, before), waiting(person, None, "rest"), waiting(person, None, "reply")
    own = waiting(person, wish)
    claim = claim_next(person)
    assert claim is not None
    assert claim.id == own
    for message in (late, invitation, by_human):
        assert state_of(person, message) == OutboundState.CANCELLED


def test_one_who_writes_again_is_answered(conversation: Conversation, person: Person) -> None:
    with tenant_transaction(person.organisation_id) as session:
        keep_wish(session, person.organisation_id, person.user_id, ContactWish.LEAVE_ALONE)
    say(conversation, person, "una pregunta")
    answer = waiting(person, receipts_of(person)[-1])
    claim = claim_next(person)
    assert claim is not None
    assert claim.id == answer


def erase_rows(person: Person) -> None:
    with tenant_transaction(person.organisation_id) as session:
        for table in ("webhook_events", "turn_state"):
            session.execute(sa.text(f"DELETE FROM {table}"))
    memory.erase(person)


def test_a_turn_under_way_writes_nobody_back(
    app: Flask, conversation: Conversation, person: Person, agent: WishingAgent
) -> None:
    agent.gate.clear()
    heard: list[str] = []

    def speak() -> None:
        with app.app_context():
            heard.append(say(conversation, person, "hola"))

    speaker = threading.Thread(target=speak)
    speaker.start()
    until(lambda: bool(agent.asked))
    erase_rows(person)
    agent.gate.set()
    speaker.join(10)
    # Whoever waits is told nothing, and no fault.
    assert heard == [""]
    assert receipts_of(person) == []
    assert conversation.state(person) is None
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM conversations")) == 0


def test_a_copy_of_a_turn_that_was_committed_before_is_not_kept(app: Flask, person: Person) -> None:
    state = PersonState(language="es").to_json()
    memory.save(person, state, 4, 60)
    get_redis().set(f"cci:state:2:{person.organisation_id}:{person.assistant}:{person.user_id}", "{}")
    memory.erase(person)
    assert memory.load(person) is None
    memory.save(person, state, 5, 60)
    assert memory.load(person) is None
    assert not [key for key in get_redis().scan_iter(match="*") if person.user_id in key and "state:2" in key]
