"""What people think of an answer is kept with the turn; what is no opinion reaches the agent as ever."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.agents.ports import AgentReply, Progress, TurnContext
from cci_app.assistants.spec import FeedbackAsked
from cci_app.channels.message import Address, Inbound, Reaction, Text
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import OutboundMessage, TurnState
from cci_app.conversation.service import Conversation
from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.evaluation.feedback import asking
from cci_app.evaluation.feedback.figures import feedback_figures
from cci_app.feedback.models import Feedback
from cci_app.inbox.reaching import Reach
from cci_app.knowledge.search.passage import Source
from cci_app.people.erasure import erase_person
from tests.accounts.signed_in import make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.conversation.conftest import agent, conversation, person
from tests.conversation.scripted import ScriptedAgent, say

__all__ = ["agent", "conversation", "person"]


def kept(person: Person) -> list[tuple[str, int | None, str | None, str | None]]:
    """What is kept: kind, value, source, and the message whose answer it is about."""
    log_conversations()
    with tenant_transaction(person.organisation_id) as session:
        rows = session.execute(
            sa.text(
                "SELECT f.kind, f.value, f.source, c.user_message FROM feedback f"
                " LEFT JOIN conversations c ON c.event_id = f.event_id ORDER BY f.id"
            )
        )
        return [(row.kind, row.value, row.source, row.user_message) for row in rows]


@pytest.fixture
def calm(agent: ScriptedAgent) -> ScriptedAgent:
    """The agent asks nothing."""
    agent.asks = False
    return agent


def test_a_thumb_is_kept_with_the_answer_before_it(
    conversation: Conversation, person: Person, calm: ScriptedAgent
) -> None:
    say(conversation, person, "hola, quiero saber sus horarios")
    assert say(conversation, person, "👍🏽") == "¡Gracias por su respuesta!"
    assert kept(person) == [("thumb", 1, "emoji", "hola, quiero saber sus horarios")]
    # No agent was asked, and a second thumb is about nothing.
    assert calm.asked == ["hola, quiero saber sus horarios"]
    say(conversation, person, "👎", "again")
    assert calm.asked[-1] == "👎"
    assert len(kept(person)) == 1


def test_words_count_and_the_agent_answers_them_all_the_same(
    conversation: Conversation, person: Person, calm: ScriptedAgent
) -> None:
    say(conversation, person, "hola")
    say(conversation, person, "No me sirvió")
    say(conversation, person, "gracias")
    assert kept(person) == [("thumb", -1, "words", "hola")]
    assert calm.asked == ["hola", "No me sirvió", "gracias"]


@pytest.mark.parametrize("text", ["👍", "muy útil"])
def test_after_a_question_it_is_the_answer_to_that(
    conversation: Conversation, person: Person, agent: ScriptedAgent, text: str
) -> None:
    agent.says = (Text("¿Qué tan útil fue?"),)
    agent.asks = False
    say(conversation, person, "hola")
    say(conversation, person, text)
    assert (agent.asked, kept(person)) == (["hola", text], [])
    agent.says, agent.asks = None, True
    say(conversation, person, "one")
    say(conversation, person, text, "twice")
    assert (agent.asked[-1], kept(person)) == (text, [])


def test_the_first_message_is_no_opinion(conversation: Conversation, person: Person, calm: ScriptedAgent) -> None:
    say(conversation, person, "👍")
    assert (calm.asked, kept(person)) == (["👍"], [])


def test_a_reaction_is_for_the_message_that_it_was_put_to(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    def react(emoji: str, to: str) -> None:
        inbound = Inbound("api", "api", person.user_id, (Reaction(emoji, to),), uuid.uuid4().hex)
        conversation.receive(Event(person, inbound))

    say(conversation, person, "first")
    say(conversation, person, "second")
    with tenant_transaction(person.organisation_id) as session:
        first = session.scalar(sa.text("SELECT min(id) FROM webhook_events"))
        session.add(
            OutboundMessage(
                **person.columns,
                receipt_id=first,
                reason="reply",
                position=1,
                idempotency_key="x",
                part={},
                via="push",
                state="sent",
                vendor_id="wamid.1",
            )
        )
    # Though the agent's last words were a question.
    react("❤️", "wamid.1")
    assert kept(person) == [("thumb", 1, "reaction", "first")]
    react("👎", "wamid.1")
    react("🤔", "wamid.1")
    react("👍", "of a human's")
    assert kept(person) == [("thumb", -1, "reaction", "first")]
    react("👍", "")
    assert kept(person)[1:] == [("thumb", 1, "reaction", "second")]
    assert agent.asked == ["first", "second"]


def test_buttons_stand_below_an_answer_from_documents(
    conversation: Conversation, person: Person, calm: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(turn: TurnContext) -> AgentReply:
        calm.asked.append(turn.text)
        sources = (Source(document_id=1, title="Horarios", page=None),) if turn.text == "hours" else ()
        return AgentReply.saying("De 7 a 18 h.", {}, sources=sources)

    monkeypatch.setattr(calm, "reply", answer)
    monkeypatch.setattr(conversation.assistant(1, None), "feedback", FeedbackAsked(thumbs=True))
    assert say(conversation, person, "hola") == "De 7 a 18 h."
    assert say(conversation, person, "hours") == "De 7 a 18 h.\n\n¿Le sirvió esta respuesta?\n1. 👍 Sí\n2. 👎 No"
    assert say(conversation, person, "2").startswith("Gracias por decírmelo")
    assert kept(person) == [("thumb", -1, "button", "hours")]
    # Whatever else they write is answered.
    say(conversation, person, "hours", "again")
    say(conversation, person, "¿y el sábado?")
    assert calm.asked[-1] == "¿y el sábado?"


def test_an_agent_that_asks_gets_no_buttons(
    conversation: Conversation, person: Person, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(turn: TurnContext) -> AgentReply:
        sources = (Source(document_id=1, title="Horarios", page=None),)
        return AgentReply.saying("De 7 a 18 h.", {}, sources=sources, progress=Progress(1, 0, False))

    monkeypatch.setattr(agent, "reply", answer)
    monkeypatch.setattr(conversation.assistant(1, None), "feedback", FeedbackAsked(thumbs=True))
    assert say(conversation, person, "hours") == "De 7 a 18 h."


def give(web: FlaskClient, tenant: Tenant, **body: Any) -> Any:
    return web.post("/api/v1/feedback", headers=tenant.headers, json={"user_id": "+573000000001", **body})


@pytest.fixture
def write(web: FlaskClient, tenant: Tenant) -> Callable[[str, str], None]:
    def send(text: str, message_id: str) -> None:
        body = {"user_id": "+573000000001", "message": text, "message_id": message_id}
        assert web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=body).status_code == 200

    return send


def test_a_program_tells_it(
    web: FlaskClient, tenant: Tenant, person: Person, write: Callable[[str, str], None]
) -> None:
    assert give(web, tenant, value="up").status_code == 404
    write("Bonjour", "one")
    write("Quels sont vos horaires ?", "two")
    first = give(web, tenant, value="up", message_id="one", comment="Parfait")
    assert first.status_code == 201, first.text
    assert (first.json["thumb"], first.json["version"]) == ("up", 1)
    assert give(web, tenant, value="down").json["event_id"] > first.json["event_id"]
    # Saying it again changes it, and what was written to it stays.
    again = give(web, tenant, value="down", message_id="one")
    assert again.json["id"] == first.json["id"]
    assert give(web, tenant, value=4).json["stars"] == 4
    assert give(web, tenant, value=5).json["stars"] == 5
    assert sorted(kept(person)) == [
        ("stars", 5, "api", None),
        ("thumb", -1, "api", "Bonjour"),
        ("thumb", -1, "api", "Quels sont vos horaires ?"),
    ]
    read: Any = web.get("/api/v1/admin/feedback?thumb=down", headers=tenant.headers).json
    assert [(each["user_message"], each["comment"]) for each in read["feedback"]] == [
        ("Quels sont vos horaires ?", None),
        ("Bonjour", "Parfait"),
    ]
    figures: Any = web.get("/api/v1/admin/feedback/figures", headers=tenant.headers).json
    assert (figures["up"], figures["down"], figures["stars"], figures["given"]) == (0, 2, 5.0, 1)
    assert figures["versions"] == [
        {"assistant": "cci", "version": 1, "up": 0, "down": 2, "share_up": 0.0, "given": 1, "stars": 5.0}
    ]
    assert (figures["days"][-1]["down"], len(figures["days"])) == (2, 30)


@pytest.mark.parametrize("value", ["UP", "", 0, 6, 4.5, True, None, [1]])
def test_what_is_no_opinion_is_refused(web: FlaskClient, tenant: Tenant, value: Any) -> None:
    answer = give(web, tenant, value=value)
    assert (answer.status_code, list(answer.json["error"]["details"])) == (422, ["value"])


def test_another_organisation_s_turn_is_none(
    web: FlaskClient, tenant: Tenant, write: Callable[[str, str], None]
) -> None:
    write("Bonjour", "one")
    assert give(web, make_tenant(f"other-{tenant.slug}"), value="up", message_id="one").status_code == 404


def test_an_erasure_takes_it_along(
    app: Flask, web: FlaskClient, tenant: Tenant, person: Person, write: Callable[[str, str], None]
) -> None:
    write("Bonjour", "one")
    give(web, tenant, value="up")
    assert erase_person(tenant.organisation_id, person.user_id).rows["feedback"] == 1
    assert feedback_figures(tenant.organisation_id)["up"] == 0


def test_when_nobody_writes_any_more_the_person_is_asked_once(
    app: Flask,
    conversation: Conversation,
    person: Person,
    calm: ScriptedAgent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[Person] = []

    class Assistants:
        outbox = type("Outbox", (), {"send": staticmethod(sent.append)})()

        @staticmethod
        def assistant(organisation_id: int, name: str) -> Any:
            return conversation.assistant(organisation_id, name)

    reach = Reach(person, Address("waha", "main", "x"), True, None, "es")
    monkeypatch.setattr(asking, "find_reach", lambda _: reach)
    monkeypatch.setattr(asking, "get_conversation", Assistants)
    monkeypatch.setattr(conversation.channels, "can_push", lambda *_: True)
    monkeypatch.setattr(conversation.assistant(1, None), "feedback", FeedbackAsked(rating_after=timedelta(minutes=30)))
    with system_transaction() as session:
        # Others of this database are asked, too.
        session.execute(sa.update(TurnState).values(rating_due=None))
    say(conversation, person, "hola")
    assert asking.ask_ratings() == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=31))
    assert (asking.ask_ratings(), asking.ask_ratings(), sent) == (1, 0, [person])
    assert kept(person) == [("stars", None, None, None)]
    assert say(conversation, person, "5") == "¡Gracias por su respuesta!"
    assert kept(person) == [("stars", 5, "words", None)]
    # The next message of the same conversation has nobody asked again.
    say(conversation, person, "otra cosa")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=90))
    assert asking.ask_ratings() == 0
    with tenant_transaction(person.organisation_id) as session:
        assert session.scalars(sa.select(TurnState.rating_due)).one() is None
        assert session.scalar(sa.select(sa.func.count()).select_from(Feedback)) == 1


def test_whom_a_human_answers_is_not_asked(
    conversation: Conversation, person: Person, calm: ScriptedAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "find_reach", lambda _: Reach(person, None, True, None, "es"))
    monkeypatch.setattr(conversation.channels, "can_push", lambda *_: True)
    monkeypatch.setattr(conversation.assistant(1, None), "feedback", FeedbackAsked(rating_after=timedelta(minutes=30)))
    say(conversation, person, "hola")
    with tenant_transaction(person.organisation_id) as session:
        session.execute(sa.text("UPDATE turn_state SET mode = 'human'"))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=31))
    assert asking.ask_ratings() == 0


def test_the_page_shows_it(app: Flask, web: FlaskClient, tenant: Tenant, write: Callable[[str, str], None]) -> None:
    browser = sign_in(app, make_member(tenant, Role.VIEWER))
    assert "Nadie ha opinado todavía" in browser.get("/admin/feedback").text
    write("Bonjour <b>", "one")
    give(web, tenant, value="down", comment="Trop <i>long</i>")
    log_conversations()
    shown = browser.get("/admin/feedback?thumb=down").text
    assert "Bonjour &lt;b&gt;" in shown
    assert "Trop &lt;i&gt;long&lt;/i&gt;" in shown
