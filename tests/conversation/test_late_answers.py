"""Late answers: pushed once, or kept for the next reply, or shown when nobody knows."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.channels.manychat import Manychat
from cci_app.channels.message import Address, Text
from cci_app.channels.ports import Refused, Retry, Sent
from cci_app.channels.registry import load_channels
from cci_app.conversation import outbox
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.outbox import claim_next, due_messages, late_answers, outbound_messages
from cci_app.conversation.service import Conversation
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant, make_tenant
from tests.conversation.scripted import BUDGET, ScriptedAgent, ScriptedAssistant, ScriptedCatalogue, say, until
from tests.fakes.manychat import FakePage

SEND = "/fb/sending/sendContent"
KEY = "123:fictional"
ADDRESS = Address("manychat", "manychat", "4711")


class FakeManychat:
    """Counts what it was sent; answers as told, first answer first."""

    def __init__(self, server: HTTPServer) -> None:
        self.sent: list[dict[str, Any]] = []
        self.answers: list[Callable[[], Response]] = []
        self.url = server.url_for("/").rstrip("/")
        server.expect_request(SEND, method="POST").respond_with_handler(self._take)

    def _take(self, request: Request) -> Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        self.sent.append(request.get_json())
        return self.answers.pop(0)() if self.answers else Response('{"status": "success"}', mimetype="application/json")

    def will(self, status: int, body: str = "{}", **headers: str) -> None:
        """Answer the next send like this."""
        self.answers.append(lambda: Response(body, status, {name.replace("_", "-"): v for name, v in headers.items()}))

    @property
    def texts(self) -> list[str]:
        """The texts it was sent."""
        return [message["text"] for sent in self.sent for message in sent["data"]["content"]["messages"]]


@pytest.fixture
def manychat(httpserver: HTTPServer) -> FakeManychat:
    return FakeManychat(httpserver)


@pytest.fixture
def pushing(
    app: Flask,
    settings: Any,
    tenant: Tenant,
    agent: ScriptedAgent,
    manychat: FakeManychat,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Conversation]:
    changed = settings.model_copy(
        update={
            "reply_budget_seconds": BUDGET,
            "manychat_api_key": type(settings.redis_url)(KEY),
            "manychat_base_url": manychat.url,
            "default_organisation": tenant.slug,
            "fetch_loopback": True,
        }
    )
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    forget_accounts()
    made = Conversation(app, changed, ScriptedCatalogue(ScriptedAssistant(agent)), load_channels(changed))
    yield made
    agent.gate.set()
    made.stop()


def standing(person: Person) -> list[tuple[str | None, str | None]]:
    """Where each late answer of a person stands, with the reason."""
    return [(told["state"], told["reason"]) for told in reversed(late_answers(person.organisation_id))]


def make_due(person: Person) -> None:
    with tenant_transaction(person.organisation_id) as session:
        session.execute(
            sa.text(
                "UPDATE outbound_messages SET not_before = now() - interval '1 second',"
                " claimed_until = claimed_until - interval '1 hour'"
            )
        )


def late_turn(conversation: Conversation, person: Person, agent: ScriptedAgent, state: str) -> int:
    """A message whose answer comes late and ends in `state`; returns its outbound message."""
    agent.gate.clear()
    assert say(conversation, person, "slow", reply_to=ADDRESS).startswith("holding")
    agent.gate.set()
    # An answer waits before its first push, too: after it there is a reason.
    until(lambda: [told[0] for told in standing(person)] == [state])
    until(lambda: state != "waiting" or standing(person)[0][1] is not None)
    (message,) = outbound_messages(person.organisation_id)
    return int(message["id"])


def test_a_late_answer_is_pushed_once(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    message = late_turn(pushing, person, agent, "pushed")
    assert manychat.sent == [
        {
            "subscriber_id": 4711,
            "data": {
                "version": "v2",
                "content": {"type": "whatsapp", "messages": [{"type": "text", "text": "answer 1 to slow"}]},
            },
        }
    ]
    assert message not in due_messages()
    assert pushing.outbox.send(person) == []
    assert say(pushing, person, "next") == "answer 2 to next"
    assert len(manychat.sent) == 1


def test_each_organisation_pushes_through_its_own_page(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    late_turn(pushing, person, agent, "pushed")
    # Another has no page: nothing of it goes through the first one's.
    other = make_tenant(f"other-{secrets.token_hex(4)}").organisation_id
    stranger = Person(other, person.assistant, person.user_id)
    agent.gate.clear()
    assert say(pushing, stranger, "slow", reply_to=ADDRESS).startswith("holding")
    agent.gate.set()
    until(lambda: [told[0] for told in standing(stranger)] == ["waiting"])
    assert pushing.outbox.send(stranger) == []
    # A third one's goes through its own.
    with FakePage(f"{secrets.randbits(48)}:made-up-key") as page:
        third, secret = make_tenant(f"third-{secrets.token_hex(4)}").organisation_id, {"api_key": page.key}
        channel_accounts.add(third, "manychat", "own", {"base_url": page.address}, secret)
        late_turn(pushing, Person(third, person.assistant, person.user_id), agent, "pushed")
        assert (len(page.texts), page.refused) == (1, 0)
    assert len(manychat.texts) == 1


def test_an_answer_whose_account_is_gone_opens_the_next_reply(
    app: Flask,
    pushing: Conversation,
    person: Person,
    agent: ScriptedAgent,
    manychat: FakeManychat,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manychat.will(429, Retry_After="60")
    late_turn(pushing, person, agent, "waiting")
    gone = app.config["SETTINGS"].model_copy(update={"manychat_api_key": None})
    monkeypatch.setitem(app.config, "SETTINGS", gone)
    forget_accounts()
    make_due(person)
    (delivery,) = pushing.outbox.send(person)
    assert isinstance(delivery, Refused)
    assert standing(person)[0][0] == "refused"
    assert "answer 1 to slow" in say(pushing, person, "next")
    assert len(manychat.sent) == 1


def test_the_contact_is_remembered_from_an_earlier_message(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    say(pushing, person, "first", reply_to=ADDRESS)
    agent.gate.clear()
    say(pushing, person, "slow")
    agent.gate.set()
    until(lambda: standing(person) == [("pushed", None)])
    assert manychat.sent[0]["subscriber_id"] == 4711


def test_a_manychat_id_is_its_own_subscriber(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    contact = Person(person.organisation_id, "cci", "manychat:815")
    agent.gate.clear()
    say(pushing, contact, "slow")
    agent.gate.set()
    until(lambda: standing(person) == [("pushed", None)])
    assert manychat.sent[0]["subscriber_id"] == 815


def test_without_a_subscriber_the_answer_opens_the_next_reply(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    agent.gate.clear()
    say(pushing, person, "slow")
    agent.gate.set()
    until(lambda: standing(person) == [("waiting", None)])
    assert say(pushing, person, "next") == "answer 1 to slow\n\nanswer 2 to next"
    assert standing(person) == [("opened", None)]
    assert manychat.sent == []


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_refused_answer_is_shown_and_opens_the_next_reply(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat, status: int
) -> None:
    manychat.will(status, '{"status": "error", "message": "Subscriber does not exist"}')
    message = late_turn(pushing, person, agent, "refused")
    assert standing(person) == [("refused", f"Manychat answered {status}: Subscriber does not exist")]
    assert message not in due_messages()
    assert say(pushing, person, "next") == "answer 1 to slow\n\nanswer 2 to next"
    assert standing(person)[0][0] == "opened"
    assert len(manychat.sent) == 1


def test_too_many_requests_are_waited_for(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    manychat.will(429, Retry_After="20")
    message = late_turn(pushing, person, agent, "waiting")
    assert message not in due_messages()
    assert pushing.outbox.send(person) == []
    make_due(person)
    assert message in due_messages()
    assert pushing.outbox.send(person) == [Sent()]
    assert manychat.texts == ["answer 1 to slow"] * 2


def test_an_answer_that_waits_for_its_push_opens_a_reply_that_comes_first(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    manychat.will(503)
    message = late_turn(pushing, person, agent, "waiting")
    assert say(pushing, person, "next") == "answer 1 to slow\n\nanswer 2 to next"
    make_due(person)
    assert message not in due_messages()
    assert pushing.outbox.send(person) == []


@pytest.mark.parametrize(("status", "body"), [(500, ""), (502, ""), (200, "<html>"), (200, "[]")])
def test_an_unknown_fate_is_shown_and_never_repeated(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat, status: int, body: str
) -> None:
    manychat.will(status, body)
    late_turn(pushing, person, agent, "uncertain")
    make_due(person)
    assert pushing.outbox.send(person) == []
    assert say(pushing, person, "next") == "answer 2 to next"
    assert len(manychat.sent) == 1
    assert standing(person)[0][1]


def test_a_process_that_dies_while_it_pushes_leaves_an_unknown_fate(
    pushing: Conversation, person: Person, agent: ScriptedAgent, manychat: FakeManychat
) -> None:
    manychat.will(503)
    message = late_turn(pushing, person, agent, "waiting")
    make_due(person)
    assert claim_next(person) is not None
    assert message not in due_messages()
    assert standing(person)[0][0] == "pushing"
    make_due(person)
    assert message not in due_messages()
    assert standing(person)[0][0] == "uncertain"


def test_an_unreachable_manychat_is_tried_again_and_given_up(
    pushing: Conversation, person: Person, agent: ScriptedAgent, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Manychat(KEY, "http://127.0.0.1:1")
    assert isinstance(nowhere.send(Text("text"), ADDRESS, "1"), Retry)
    nowhere.close()
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 2)
    httpserver.clear()
    fake = FakeManychat(httpserver)
    fake.will(429)
    fake.will(429)
    late_turn(pushing, person, agent, "waiting")
    make_due(person)
    pushing.outbox.send(person)
    assert standing(person)[0][0] == "refused"


def test_a_reset_does_not_swallow_a_late_answer(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    agent.gate.clear()
    say(conversation, person, "slow")
    agent.gate.set()
    until(lambda: standing(person) == [("waiting", None)])
    conversation.receive(Event.reset(person, "api", "api"))
    assert say(conversation, person, "next") == "answer 1 to slow\n\nanswer 1 to next"


def test_the_holding_reply_speaks_the_language_of_a_first_message(
    conversation: Conversation, person: Person, agent: ScriptedAgent
) -> None:
    agent.gate.clear()
    assert say(conversation, person, "Bonjour, j'ai une question") == "holding fr"
