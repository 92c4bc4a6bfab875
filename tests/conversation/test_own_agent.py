"""An organisation's own agent behind the endpoints: the same deadline, record, idempotency and apologies."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from cci_app.agents.handler.loading import HandlerError
from cci_app.conversation.log import log_conversations
from cci_app.core.database import tenant_transaction
from tests.conftest import Tenant, make_tenant
from tests.conversation.scripted import until

# Nobody is held by the slowness of the machine: a test that wants the deadline to pass brings its own, and an agent
# that answers when it is told to.
BUDGET = 60.0
SHORT_BUDGET = 0.5
WHO = "+573000000001"
ASK = "/api/v1/whatsapp/message"


class Florist:
    """What an organisation's module does in a test; `calls` are those that reached it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.answer: Callable[[str], Any] = lambda text: f"florist: {text}"
        self.status: dict[str, Any] = {"current_question": 2, "questions_answered": 1, "completed": False}
        self.contact: Callable[[], Any] = lambda: None
        self.reset: Callable[[], None] = lambda: None
        self.gate = threading.Event()
        self.knows_people = False

    def module(self, *, is_async: bool) -> ModuleType:
        """The module, its chat written one way or the other."""
        made = ModuleType("florist")

        def whatsapp_chat(user_id: str, user_input: str) -> Any:
            self.calls.append(("chat", user_id, user_input))
            return self.answer(user_input)

        async def whatsapp_chat_async(user_id: str, user_input: str) -> Any:
            self.calls.append(("chat", user_id, user_input))
            given = self.answer(user_input)
            return await given if asyncio.iscoroutine(given) else given

        def get_user_status(user_id: str) -> dict[str, Any]:
            return self.status

        async def reset_user_conversation(user_id: str) -> None:
            self.calls.append(("reset", user_id))
            self.reset()

        vars(made).update(
            whatsapp_chat=whatsapp_chat_async if is_async else whatsapp_chat,
            get_user_status=get_user_status,
            reset_user_conversation=reset_user_conversation,
        )
        if self.knows_people:
            vars(made)["get_contact_info"] = lambda user_id: self.contact()
        return made


@pytest.fixture
def florist() -> Florist:
    return Florist()


@pytest.fixture
def contact_book(florist: Florist) -> None:
    """A florist who knows people herself."""
    florist.knows_people = True


@pytest.fixture(params=["plain", "async"])
def client(
    request: pytest.FixtureRequest, settings: Any, florist: Florist, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """An application in which the florist serves the organisation."""
    monkeypatch.setitem(sys.modules, "florist", florist.module(is_async=request.param == "async"))
    changed = {"agent_handler": "florist", "agent_handler_seconds": 5.0, "reply_budget_seconds": BUDGET}
    app = create_app(settings.model_copy(update={**changed, "default_organisation": tenant.slug}))
    yield app.test_client()
    florist.gate.set()
    before_exit(app)


def say(client: FlaskClient, tenant: Tenant, text: str, **more: Any) -> dict[str, Any]:
    response = client.post(ASK, json={"user_id": WHO, "message": text, **more}, headers=tenant.headers)
    assert response.status_code == 200, response.text
    return dict(response.get_json())


def say_and_be_held(client: FlaskClient, tenant: Tenant, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Say something to an agent that does not answer yet; the deadline passes at once."""
    conversation = client.application.extensions["cci_conversation"]
    hurried = conversation._settings.model_copy(update={"reply_budget_seconds": SHORT_BUDGET})
    with monkeypatch.context() as patch:
        patch.setattr(conversation, "_settings", hurried)
        return str(say(client, tenant, text)["response"])


def receipts(tenant: Tenant) -> list[tuple[Any, ...]]:
    with tenant_transaction(tenant.organisation_id) as session:
        rows = session.execute(sa.text("SELECT status, late, text FROM webhook_events ORDER BY id")).all()
    return [tuple(row) for row in rows]


def test_it_answers_behind_the_endpoint_and_in_the_record(
    client: FlaskClient, tenant: Tenant, florist: Florist
) -> None:
    body = say(client, tenant, "Bonjour, je voudrais des roses", message_id="1")
    assert body["response"] == "florist: Bonjour, je voudrais des roses"
    assert body["user_status"] == {"current_question": 2, "language": "fr", "has_context": False, "completed": False}
    # A repeat is not asked again.
    assert say(client, tenant, "Bonjour, je voudrais des roses", message_id="1") == body
    florist.status = {"session_completed": True, "total_questions_answered": 3, "language": "es"}
    assert say(client, tenant, "oui")["user_status"] == {
        "current_question": None,
        "language": "es",
        "has_context": False,
        "completed": True,
    }
    assert [call[2] for call in florist.calls] == ["Bonjour, je voudrais des roses", "oui"]
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        kept = session.execute(
            sa.text("SELECT agent_response, agent, current_question, detected_language FROM conversations ORDER BY id")
        ).all()
        person = session.execute(sa.text("SELECT total_questions_answered, session_completed FROM user_sessions")).one()
    assert [tuple(row) for row in kept] == [
        ("florist: Bonjour, je voudrais des roses", "own_agent", 2, "fr"),
        ("florist: oui", "own_agent", None, "es"),
    ]
    assert tuple(person) == (3, True)


def test_a_slow_answer_is_held_and_opens_the_next_reply(
    client: FlaskClient, tenant: Tenant, florist: Florist, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(text: str) -> str:
        while not florist.gate.is_set():
            await asyncio.sleep(0.01)
        return f"slow: {text}"

    def slow_plain(text: str) -> str:
        florist.gate.wait()
        return f"slow: {text}"

    is_async = asyncio.iscoroutinefunction(sys.modules["florist"].whatsapp_chat)
    florist.answer = slow if is_async else slow_plain
    held = say_and_be_held(client, tenant, "hola, quiero rosas", monkeypatch)
    florist.gate.set()
    assert held
    assert "rosas" not in held
    until(lambda: receipts(tenant) == [("completed", True, "hola, quiero rosas")])
    florist.answer = lambda text: f"quick: {text}"
    assert say(client, tenant, "gracias")["response"] == "slow: hola, quiero rosas\n\nquick: gracias"


def test_a_fault_is_an_apology_and_nothing_of_it_is_shown(
    client: FlaskClient, tenant: Tenant, florist: Florist
) -> None:
    def fails(text: str) -> str:
        raise ValueError("their secret")

    for number, answer in enumerate([fails, lambda text: None, lambda text: "  ", lambda text: {"reply": text}]):
        florist.answer = answer
        french = say(client, tenant, "Bonjour, je voudrais des roses", message_id=f"{number}")
        assert "secret" not in french["response"]
        assert "désolé" in french["response"].lower() or "excus" in french["response"].lower()
        assert french["user_status"]["language"] == "fr"
    assert {status for status, _, _ in receipts(tenant)} == {"failed"}
    florist.answer = lambda text: "roses"
    assert say(client, tenant, "et maintenant ?")["response"] == "roses"


def test_a_hanging_agent_is_given_up_with_an_apology(
    client: FlaskClient, tenant: Tenant, florist: Florist, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(text: str) -> str:
        await asyncio.sleep(3600)
        return text

    is_async = asyncio.iscoroutinefunction(sys.modules["florist"].whatsapp_chat)
    florist.answer = hang if is_async else lambda text: str(florist.gate.wait())
    held = say_and_be_held(client, tenant, "hola, quiero rosas", monkeypatch)
    until(lambda: receipts(tenant) == [("failed", True, "hola, quiero rosas")])
    florist.answer = lambda text: "quick"
    apology, answer = say(client, tenant, "gracias")["response"].split("\n\n")
    assert answer == "quick"
    assert apology not in (held, "")


def test_a_reset_reaches_it_and_ours_does_not_wait_for_it(
    client: FlaskClient, tenant: Tenant, florist: Florist
) -> None:
    say(client, tenant, "hola, quiero rosas")

    def reset() -> dict[str, Any]:
        response = client.post(f"/api/v1/users/{WHO}/reset", headers=tenant.headers)
        assert response.status_code == 200
        return dict(response.get_json())

    assert reset()["reset"] is True
    assert florist.calls[-1] == ("reset", WHO)

    def fails() -> None:
        raise ValueError

    florist.reset = fails
    say(client, tenant, "hola de nuevo")
    assert reset()["questions_answered"] == 0
    assert receipts(tenant)[-1][0] == "completed"


@pytest.mark.usefixtures("contact_book")
def test_its_contact_book_wins(client: FlaskClient, tenant: Tenant, florist: Florist) -> None:
    florist.contact = lambda: {"empresa": "Vinos del Valle", "nombre": "Ana"}
    assert say(client, tenant, "hola, quiero rosas")["user_status"]["has_context"] is True
    info = client.get(f"/api/v1/whatsapp/info/{WHO}", headers=tenant.headers).get_json()
    assert info["company"] == "Vinos del Valle"
    assert info["first_name"] == "Ana"
    assert info["phone"] == WHO
    status = client.get(f"/api/v1/users/{WHO}/status", headers=tenant.headers).get_json()
    assert status["company"] == "Vinos del Valle"
    log_conversations()
    with tenant_transaction(tenant.organisation_id) as session:
        assert session.scalars(sa.text("SELECT client_company FROM conversations")).one() == "Vinos del Valle"
    # The module is asked when they write; until then it is told what it said then.
    florist.contact = lambda: None
    assert client.get(f"/api/v1/whatsapp/info/{WHO}", headers=tenant.headers).get_json() == info
    say(client, tenant, "y tulipanes")
    assert client.get(f"/api/v1/whatsapp/info/{WHO}", headers=tenant.headers).get_json() == {}


def test_nobody_else_is_served_by_it(client: FlaskClient, tenant: Tenant, florist: Florist) -> None:
    other = make_tenant(f"other-{tenant.slug}")
    assert "florist" not in say(client, other, "Bonjour, je voudrais des roses")["response"]
    assert florist.calls == []
    assert "florist" in say(client, tenant, "Bonjour, je voudrais des roses")["response"]


def test_twenty_people_are_answered_at_once(client: FlaskClient, tenant: Tenant, florist: Florist) -> None:
    together = threading.Barrier(20)
    is_async = asyncio.iscoroutinefunction(sys.modules["florist"].whatsapp_chat)
    arrived: list[str] = []

    async def meet(text: str) -> str:
        arrived.append(text)
        while len(arrived) < 20:
            await asyncio.sleep(0.001)
        return text

    florist.answer = meet if is_async else lambda text: str(together.wait() >= 0) and text
    replies: dict[int, str] = {}

    def person(number: int) -> None:
        body = {"user_id": f"+5730000010{number:02}", "message": f"hola {number}"}
        response = client.application.test_client().post(ASK, json=body, headers=tenant.headers)
        replies[number] = response.get_json()["response"]

    people = [threading.Thread(target=person, args=(number,)) for number in range(20)]
    for each in people:
        each.start()
    for each in people:
        each.join(BUDGET)
    until(lambda: all(status == "completed" for status, _, _ in receipts(tenant)))
    assert len(receipts(tenant)) == 20
    assert len(replies) == 20


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"agent_handler": "no_such_module"}, "AGENT_HANDLER=no_such_module: the module cannot be imported"),
        ({"agent_handler": "json"}, r"whatsapp_chat\(user_id, user_input\) is missing"),
        ({"agent_handler": "tests.fakes.agent", "default_assistant": "nobody"}, "there is no assistant 'nobody'"),
    ],
)
def test_the_product_refuses_to_start_without_it(
    app: Flask, settings: Any, changed: dict[str, Any], problem: str
) -> None:
    with pytest.raises(HandlerError, match=problem):
        create_app(settings.model_copy(update=changed))
