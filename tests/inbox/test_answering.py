"""What humans say reaches the person once, by whatever channel; and how they found it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels import kinds
from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.channels.message import OwnWords, Text
from cci_app.channels.registry import Channels, load_channels
from cci_app.conversation.inbound import Person
from cci_app.conversation.log import log_conversations
from cci_app.conversation.models import TurnMode
from cci_app.conversation.modes import mode_of
from cci_app.conversation.outbox import outbound_messages
from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.feedback.words import stars_in
from cci_app.handoff.desk import change_desk
from cci_app.inbox.answering import answered_on_the_phone
from cci_app.webhooks.deliveries import take
from tests.conftest import Tenant
from tests.fakes.courier import KIND, KINDS, Courier, FakeCourier, delivery
from tests.inbox.conftest import NUMBER, Colleague

Say = Callable[[str], str]
SECRET = "a fictional secret"


@pytest.fixture
def courier(app: Flask, settings: Any, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCourier]:
    """The person writes by a channel that can be written to."""
    with FakeCourier() as service:
        monkeypatch.setitem(kinds.KINDS, KIND, KINDS[0])
        forget_accounts()
        fields = {"number": f"courier-{tenant.organisation_id}", "base_url": service.address}
        channel_accounts.add(tenant.organisation_id, KIND, "main", fields, {"secret": SECRET}, assistant="cci")
        conversation = get_conversation()
        known: Channels = conversation.channels
        changed = load_channels(settings.model_copy(update={"channel_modules": ["tests.fakes.courier"]}))
        monkeypatch.setattr(conversation, "channels", changed)
        monkeypatch.setattr(conversation.outbox, "_channels", changed)
        yield service
        monkeypatch.setattr(conversation, "channels", known)
        forget_accounts()


@pytest.fixture
def write(web: FlaskClient, tenant: Tenant, courier: FakeCourier, person: Person) -> Callable[[str], None]:
    """What the person writes there; it is answered."""

    def send(text: str) -> None:
        body, headers = delivery(SECRET, (f"{text}-{tenant.slug}", NUMBER, text))
        path = f"/api/v1/channels/{KIND}/courier-{tenant.organisation_id}"
        assert web.post(path, data=body, headers=headers).status_code == 200
        with tenant_transaction(tenant.organisation_id) as session:
            session.execute(sa.text("UPDATE webhook_events SET not_before = now() WHERE status = 'received'"))
        future = get_conversation().resume(person)
        if future is not None:
            future.result(20)
        log_conversations()

    return send


def test_words_are_sent_where_the_channel_takes_them(
    write: Callable[[str], None], courier: FakeCourier, colleague: Colleague
) -> None:
    write("Bonjour")
    before = len(courier.texts(NUMBER))
    begun = colleague.post("", user_id=NUMBER).json["id"]
    for _ in range(3):
        answered = colleague.post(f"/{begun}/reply", text="Bonjour, ici Ana.", key="first")
    assert answered.json["composer"] == {"open": True, "pushes": True, "closes_at": None, "template": None}
    assert courier.texts(NUMBER)[before:] == ["Bonjour, ici Ana."]
    write("Merci Ana")
    assert courier.texts(NUMBER)[before + 1 :] == []
    replies = [item for item in answered.json["items"] if item["kind"] == "reply"]
    assert [(item["text"], item["delivery"], item["via"]) for item in replies] == [
        ("Bonjour, ici Ana.", "sent", "push")
    ]


def test_what_the_channel_refuses_is_shown(
    write: Callable[[str], None], courier: FakeCourier, colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Bonjour")
    begun = colleague.post("", user_id=NUMBER).json["id"]
    monkeypatch.setattr(Courier, "errors", {})
    courier.refuses = 1
    colleague.post(f"/{begun}/reply", text="Bonjour, ici Ana.")
    (reply,) = [item for item in colleague.get(f"/{begun}").json["items"] if item["kind"] == "reply"]
    assert (reply["delivery"], reply["error"]) == ("failed", "the courier answered 429")


def test_outside_the_window_only_the_template_leaves(
    write: Callable[[str], None],
    courier: FakeCourier,
    colleague: Colleague,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("Bonjour")
    monkeypatch.setattr(Courier, "limits", replace(Courier.limits, window_seconds=24 * 3600.0))
    begun = colleague.post("", user_id=NUMBER).json
    assert begun["composer"]["open"] is True
    later = clock.now() + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: later)
    before = len(courier.texts(NUMBER))
    refused = colleague.post(f"/{begun['id']}/reply", text="trop tard")
    assert refused.status_code == 409
    assert "send the template" in refused.json["error"]["message"]
    assert colleague.post(f"/{begun['id']}/reply", template=True).status_code == 422
    template = {"name": "reopen", "language": "fr", "text": "Bonjour, pouvons-nous reprendre ?"}
    change_desk(tenant.organisation_id, {"template": template})
    assert colleague.get(f"/{begun['id']}").json["composer"]["template"] == template["text"]
    assert colleague.post(f"/{begun['id']}/reply", template=True).status_code == 200
    assert courier.texts(NUMBER)[before:] == [template["text"]]


def test_nobody_talks_over_a_human_who_takes_over_while_a_turn_is_in_flight(
    app: Flask, say: Say, colleague: Colleague, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("Bonjour")
    begun = colleague.post("", user_id=NUMBER).json["id"]
    colleague.post(f"/{begun}/assign", member_id=None)
    assistant = get_conversation().assistant(person.organisation_id, None)
    thinking, taken = threading.Event(), threading.Event()
    agent = next(iter(assistant.agents.values()))
    ask = agent.reply

    def slowly(turn: Any) -> Any:
        thinking.set()
        assert taken.wait(20)
        return ask(turn)

    monkeypatch.setattr(agent, "reply", slowly)
    heard: list[str] = []

    def speak() -> None:
        with app.app_context():
            heard.append(say("Oui, j'ai accédé"))

    speaking = threading.Thread(target=speak)
    speaking.start()
    assert thinking.wait(20)
    assert colleague.post(f"/{begun}/take").status_code == 200
    taken.set()
    speaking.join(20)
    assert heard == [""]
    assert [message["reason"] for message in outbound_messages(person.organisation_id)] == []


def test_somebody_who_answers_by_the_phone_has_the_request(
    write: Callable[[str], None], courier: FakeCourier, colleague: Colleague, person: Person
) -> None:
    write("Bonjour")
    before = len(courier.texts(NUMBER))
    for _ in range(3):
        answered_on_the_phone(person, (Text("Je vous appelle."),), "wamid-1")
    assert mode_of(person) is TurnMode.HUMAN
    (found,) = colleague.get().json["handoffs"]
    assert (found["holder"], found["reason"], found["waiting"]) == ("phone", "phone", False)
    items = colleague.get(f"/{found['id']}").json["items"]
    assert [item["text"] for item in items if item["kind"] == "reply"] == ["Je vous appelle."]
    write("D'accord")
    assert courier.texts(NUMBER)[before:] == []


def test_what_a_channel_tells_of_its_own_telephone_is_on_record(
    write: Callable[[str], None], courier: FakeCourier, colleague: Colleague, tenant: Tenant, person: Person
) -> None:
    write("Bonjour")
    account = channel_accounts.find(tenant.organisation_id, KIND, "main")
    assert account is not None
    words = OwnWords(KIND, f"{KIND}:main", NUMBER, "Je vous appelle.", "own-1")
    for _ in range(2):
        take(account, get_conversation().channels[KIND], [words], waited=0.0)
    (found,) = colleague.get().json["handoffs"]
    items = colleague.get(f"/{found['id']}").json["items"]
    assert [item["text"] for item in items if item["kind"] == "reply"] == ["Je vous appelle."]
    assert mode_of(person) is TurnMode.HUMAN


def test_a_person_is_asked_how_it_went_and_their_figure_is_no_answer_to_anything_else(
    asked: int, colleague: Colleague, say: Say
) -> None:
    colleague.post(f"/{asked}/reply", text="Bonjour, ici Ana.")
    say("merci")
    colleague.post(f"/{asked}/close")
    question = "Comment avez-vous trouvé notre aide ? Répondez par un chiffre de 1 (mauvaise) à 5 (excellente)."
    assert say("ok").startswith(question)
    assert say("4") == "Merci pour votre réponse !"
    assert colleague.get(f"/{asked}").json["rating"] == 4
    # It is asked once, and only the next message answers it.
    assert say("5") != "Merci pour votre réponse !"
    figures = colleague.get("/figures").json
    assert (figures["rating"], figures["ratings"], figures["resolved"]) == (4.0, 1, 1)
    assert figures["first_reply_seconds"] <= figures["resolution_seconds"]


def test_who_answers_something_else_is_not_held_to_it(asked: int, colleague: Colleague, say: Say) -> None:
    colleague.post(f"/{asked}/reply", text="Bonjour, ici Ana.")
    say("merci")
    colleague.post(f"/{asked}/close")
    say("ok")
    assert say("combien coûte l'adhésion ?") != "Merci pour votre réponse !"
    assert say("3") != "Merci pour votre réponse !"
    assert colleague.get(f"/{asked}").json["rating"] is None


@pytest.mark.parametrize(
    ("text", "stars"),
    [("4", 4), (" 5 ! ", 5), ("3/5", 3), ("2 étoiles", 2), ("⭐⭐⭐", 3), ("6", None), ("4 visas", None), ("", None)],
)
def test_a_figure_from_one_to_five_is_read(text: str, stars: int | None) -> None:
    assert stars_in(text) == stars


def test_a_draft_is_shown_and_not_sent(asked: int, colleague: Colleague, say: Say, tenant: Tenant) -> None:
    colleague.post(f"/{asked}/take")
    say("quels sont vos horaires ?")
    assert colleague.post(f"/{asked}/draft").status_code == 409
    change_desk(tenant.organisation_id, {"drafts": True})
    drafted = colleague.post(f"/{asked}/draft")
    assert drafted.status_code == 200
    assert drafted.json["text"]
    assert outbound_messages(tenant.organisation_id) == []
    assert say("allô ?") == ""


def test_an_assistant_that_does_things_words_no_drafts(
    web: FlaskClient, tenant: Tenant, colleague: Colleague, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    change_desk(tenant.organisation_id, {"drafts": True})
    begun = colleague.post("", user_id=NUMBER, assistant="concierge").json["id"]
    for text in ("2", "AWA-0000"):
        body = {"user_id": NUMBER, "assistant": "concierge", "message": text}
        web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=body)
    log_conversations()
    assert colleague.post(f"/{begun}/draft").status_code == 409
    assert rows("SELECT wrong FROM code_attempts WHERE organisation_id = :id", id=tenant.organisation_id) == []
