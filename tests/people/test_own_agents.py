"""Agents that were written for another backend, as they come: what they do not know, what they ask us, their names."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from cci_app import before_exit, create_app, whatsapp_handler
from cci_app.agents.handler.loading import HandlerError
from cci_app.contacts import reload
from cci_app.contacts.manager import get_contacts_manager
from cci_app.contacts.models import Contact
from cci_app.conversation.log import log_conversations
from cci_app.core.database import tenant_transaction
from tests.conftest import SAMPLES, Tenant
from tests.fakes.serving import serving

INPUTS = Path(__file__).parent / "inputs"
CAMILLE = "+573001234567"
STRANGER = "+573000000077"
Start = Callable[[str], Flask]
Rows = Callable[..., list[dict[str, Any]]]


def case(number: str) -> str:
    """The module of a case."""
    return (INPUTS / f"{number}-own-agent.txt").read_text()


def silent(functions: str) -> str:
    """A module that says hello and has some more functions."""
    return case("05").split("async def get_contact_info")[0] + functions


@pytest.fixture
def start(
    app: Flask,
    tenant: Tenant,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Start:
    """Start the product with a module of that source, and with the sample contact book."""
    reload.apply(tenant.organisation_id, (SAMPLES / "contacts.xlsx").read_bytes(), "CO")
    name = f"own_agent_{tenant.slug.replace('-', '_')}"
    monkeypatch.syspath_prepend(str(tmp_path))

    def begin(source: str) -> Flask:
        (tmp_path / f"{name}.py").write_text(source)
        # No deadline but the module's own: the log of a fault alone takes a while on a busy machine.
        changed = {"agent_handler": name, "default_organisation": tenant.slug, "reply_budget_seconds": 60.0}
        started = create_app(settings.model_copy(update=changed))

        def end() -> None:
            before_exit(started)
            sys.modules.pop(name, None)

        request.addfinalizer(end)
        return started

    return begin


def say(started: Flask, tenant: Tenant, user_id: str = CAMILLE, text: str = "Bonjour") -> dict[str, Any]:
    body = {"user_id": user_id, "message": text}
    answered = started.test_client().post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
    assert answered.status_code == 200, answered.text
    return dict(answered.get_json())


def told(started: Flask, tenant: Tenant, place: str, user_id: str = CAMILLE) -> dict[str, Any]:
    answered = started.test_client().get(f"/api/v1/{place.format(user_id)}", headers=tenant.headers)
    assert answered.status_code == 200, answered.text
    return dict(answered.get_json())


NOTHING = [
    "None",
    "{}",
    "''",
    "False",
    "[]",
    "{'empresa': '', 'nombre': None}",
    "{'error': 404}",
    "{'nombre': 'N/A'}",
    "1 / 0",
    "{'found': False, 'empresa': 'Ninguna encontrada'}",
    "{'ok': True, 'contact': None}",
    "{'error': 'not found', 'description': 'There is no such member'}",
    "{'empresa': 'Empresa desconocida', 'nombre': 'Sin nombre', 'ciudad': 'Non renseignée'}",
    "{'company': 'No company', 'first_name': 'Unknown contact', 'role': 'Sin información'}",
    "{'company': user_id}",
    "__import__('collections').namedtuple('Contact', 'empresa nombre')(None, None)",
]


@pytest.mark.parametrize("nothing", NOTHING)
def test_05_a_module_that_knows_nobody_takes_nothing_away(
    start: Start, tenant: Tenant, rows: Rows, nothing: str
) -> None:
    started = start(silent(f"def get_contact_info(user_id): return {nothing}") if nothing != "None" else case("05"))
    assert say(started, tenant)["user_status"]["has_context"] is True
    assert told(started, tenant, "whatsapp/info/{}")["company"] == "Vinos del Valle SAS"
    log_conversations()
    kept = rows("SELECT client_company FROM conversations WHERE organisation_id = :org", org=tenant.organisation_id)
    assert kept == [{"client_company": "Vinos del Valle SAS"}]


SAYS = [
    "{'Company': 'Theirs'}",
    "{'EMPRESA': b'Theirs'}",
    "{'success': True, 'data': {'contact': {'empresa': 'Theirs', 'firstName': 'Zoe'}}}",
    '\'{"empresa": "Theirs"}\'',
    "[{'empresa': 'Theirs'}]",
    "__import__('types').SimpleNamespace(company='Theirs', id=7)",
    "__import__('collections').namedtuple('Contact', 'empresa nombre')('Theirs', None)",
    "__import__('dataclasses').make_dataclass('Contact', ['company'], slots=True)('Theirs')",
]


@pytest.mark.parametrize("says", SAYS)
def test_05_what_it_says_is_read_in_whatever_it_is_put(start: Start, tenant: Tenant, says: str) -> None:
    started = start(silent(f"async def get_contact_info(user_id): return {says}"))
    say(started, tenant)
    assert told(started, tenant, "whatsapp/info/{}")["company"] == "Theirs"


@pytest.fixture
def served(start: Start, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Flask]]:
    """Start the product with a module that finds it at BACKEND_URL, with threads as a web process has them."""
    servers = ExitStack()

    def begin(source: str) -> Flask:
        started = start(source)
        server = make_server("127.0.0.1", 0, started, threaded=True)
        servers.enter_context(serving(server))
        monkeypatch.setenv("BACKEND_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("CCI_API_KEY", tenant.key)
        return started

    with servers:
        yield begin


def test_06_a_module_that_asks_us_who_is_writing_is_not_asked_in_turn(
    served: Callable[[str], Flask], tenant: Tenant
) -> None:
    started = served(case("06"))
    reply = say(started, tenant)
    # Its own reply, with the contact of our book in it: neither the holding one nor one that gave up.
    assert reply["response"].startswith("Bonjour {")
    assert "Vinos del Valle SAS" in reply["response"]
    assert reply["user_status"]["current_question"] == 1
    assert told(started, tenant, "whatsapp/info/{}")["empresa"] == "Vinos del Valle SAS"


ASKS = """
import json, os, urllib.request

def ask(method, path):
    headers = {"X-API-Key": os.environ["CCI_API_KEY"], "Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["BACKEND_URL"] + "/api/v1/" + path, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)

def reset(user_id):
    return ask("POST", f"users/{urllib.request.quote(user_id)}/reset")["reset"]

"""
RESETS = [
    "def whatsapp_chat(user_id, user_input): return f'done: {reset(user_id)}' if user_input == 'reset' else 'hello'",
    "async def get_user_status(user_id): return {'current_question': 2 + reset(user_id)}",
    "def get_contact_info(user_id): reset(user_id)",
    "def reset_user_conversation(user_id): reset(user_id)",
]


@pytest.mark.parametrize("resets", RESETS)
def test_06_a_reset_that_it_asks_for_follows_its_answer(
    served: Callable[[str], Flask], tenant: Tenant, resets: str
) -> None:
    started = served(silent(ASKS + resets))
    say(started, tenant)
    begun = time.monotonic()
    assert not say(started, tenant, text="reset")["response"].startswith("Un")
    # Held until the deadline it would be a minute here.
    assert time.monotonic() - begun < 30
    conversation = started.extensions["cci_conversation"]
    with started.app_context():
        finished = conversation.resume(conversation.person(tenant.organisation_id, None, CAMILLE))
        if finished is not None:
            finished.result(30)
            assert conversation.state(conversation.person(tenant.organisation_id, None, CAMILLE)).run is None


def test_06_nor_does_it_wait_for_itself_when_it_awaits_us(start: Start, tenant: Tenant) -> None:
    started = start(
        silent(
            """
from cci_app.core.errors import Conflict
from cci_app.whatsapp_handler import aio

async def whatsapp_chat(user_id, user_input):
    try:
        return await aio.whatsapp_chat(user_id, "again")
    except Conflict as refused:
        return f"refused: {(await aio.get_contact_info(user_id))['empresa']}"
"""
        )
    )
    assert say(started, tenant)["response"] == "refused: Vinos del Valle SAS"


def test_06_nor_does_it_wait_for_itself_in_the_process(start: Start, tenant: Tenant) -> None:
    started = start(
        silent(
            """
from cci_app import whatsapp_handler
from cci_app.core.errors import Conflict

def whatsapp_chat(user_id, user_input):
    said = []
    for call in (whatsapp_handler.reset_user_conversation, lambda who: whatsapp_handler.whatsapp_chat(who, "again")):
        try:
            call(user_id)
        except Conflict as refused:
            said.append(refused.message)
    return f"{len(said)} {whatsapp_handler.get_contact_info(user_id)['empresa']}"
"""
        )
    )
    assert say(started, tenant)["response"] == "2 Vinos del Valle SAS"


def test_07_the_names_of_its_status_are_read(start: Start, tenant: Tenant, rows: Rows) -> None:
    started = start(case("07"))
    reply = say(started, tenant)
    assert reply["user_status"] == {"current_question": None, "language": "fr", "has_context": True, "completed": True}
    status = told(started, tenant, "users/{}/status")
    assert (status["questions_answered"], status["completed"], status["current_question"]) == (7, True, None)
    log_conversations()
    kept = rows(
        "SELECT total_questions_answered, session_completed FROM user_sessions WHERE organisation_id = :org",
        org=tenant.organisation_id,
    )
    assert kept == [{"total_questions_answered": 7, "session_completed": True}]


def test_08_it_finds_a_contact_by_its_own_names(start: Start, tenant: Tenant) -> None:
    started = start(case("08"))
    info = told(started, tenant, "whatsapp/info/{}")
    assert say(started, tenant)["response"] == "{empresa}, {nombre} {apellido}, {cargo}".format(**info)
    assert "Vinos del Valle SAS" in json.dumps(info)
    assert say(started, tenant, STRANGER)["response"] == "nobody"
    assert told(started, tenant, "whatsapp/info/{}", STRANGER) == {}
    english = ("company", "first_name", "last_name", "phone", "role", "sector", "city", "email", "description")
    spanish = ("empresa", "nombre", "apellido", "celular", "cargo", "sector", "ciudad", "correo", "descripcion")
    assert [info[name] for name in english] == [info[name] for name in spanish]
    with started.app_context():
        for written in (CAMILLE, "300 123 4567", "573001234567@c.us", "whatsapp:+573001234567"):
            found = get_contacts_manager().find_contact_by_phone(written)
            assert found == whatsapp_handler.get_contact_info(written) == info
        assert get_contacts_manager().find_contact_by_phone(STRANGER) is None


ELSEWHERE = [
    "asyncio.run(asyncio.to_thread(find, user_id))",
    "POOL.submit(find, user_id).result()",
    "POOL.submit(whatsapp_handler.get_contact_info, user_id).result()",
    "MANAGER.find_contact_by_phone(int(user_id[1:]))",
    "MANAGER.find_contact_by_phone(float(user_id[1:]))",
    "whatsapp_handler.get_contact_info(int(user_id[1:]))",
]


@pytest.mark.parametrize("finds", ELSEWHERE)
def test_08_wherever_it_asks_from(start: Start, tenant: Tenant, finds: str) -> None:
    started = start(
        silent(
            f"""
import asyncio, concurrent.futures
from cci_app import whatsapp_handler
from cci_app.contacts.manager import get_contacts_manager

MANAGER = get_contacts_manager()
POOL = concurrent.futures.ThreadPoolExecutor(1)

def find(user_id):
    return get_contacts_manager().find_contact_by_phone(user_id)

def whatsapp_chat(user_id, user_input):
    return ({finds} or {{"empresa": "nobody"}})["empresa"]
"""
        )
    )
    assert say(started, tenant)["response"] == "Vinos del Valle SAS"
    assert say(started, tenant, STRANGER)["response"] == "nobody"


@pytest.mark.parametrize("nobody", [None, "", " ", "null", "{{phone}}", float("nan"), 0, "nobody at all", "manychat:1"])
@pytest.mark.usefixtures("start")
def test_08_nobody_is_none(
    tenant: Tenant, settings: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, nobody: Any
) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"default_organisation": tenant.slug})
    monkeypatch.setitem(app.config, "SETTINGS", changed)
    assert get_contacts_manager().find_contact_by_phone(nobody) is None
    assert whatsapp_handler.get_contact_info(nobody) is None


def test_09_what_it_needs_and_does_not_find_leads_to_the_page(start: Start) -> None:
    with pytest.raises(HandlerError, match=r"No module named 'humanize'.*docs/your-own-agent\.md"):
        start(case("09"))


def test_what_it_said_when_they_wrote_is_told_later_without_asking(start: Start, tenant: Tenant) -> None:
    counts = "asked = []\ndef get_contact_info(user_id):\n    asked.append(user_id)\n"
    started = start(silent(counts + "    return {'empresa': f'Their {len(asked)}'}"))
    assert told(started, tenant, "whatsapp/info/{}")["company"] == "Vinos del Valle SAS"
    say(started, tenant)
    for _ in range(2):
        info = told(started, tenant, "whatsapp/info/{}")
        # What it says goes before ours, which fills in the rest.
        assert (info["company"], info["first_name"]) == ("Their 1", "Camille")


def test_another_organisations_book_helps_nobody(start: Start, tenant: Tenant) -> None:
    started = start(case("05"))
    with tenant_transaction(tenant.organisation_id) as session:
        session.query(Contact).delete()
    assert say(started, tenant)["user_status"]["has_context"] is False


def blocks(started: Flask, tenant: Tenant, text: str) -> str:
    """All that Manychat is given to show for a message."""
    answered = started.test_client().post(
        "/api/v1/whatsapp/message?format=manychat",
        json={"user_id": CAMILLE, "message": text},
        headers=tenant.headers,
    )
    messages = answered.get_json()["content"]["messages"]
    assert len(messages) <= 10
    assert all(len(message["text"]) <= 4096 for message in messages)
    return " ".join(message["text"] for message in messages)


def test_10_what_does_not_go_into_ten_blocks_opens_the_next_reply(start: Start, tenant: Tenant) -> None:
    started = start(case("10"))
    first = blocks(started, tenant, "Bonjour").split()
    # The next message has an answer of its own, as long again: what was left of the first comes before it.
    second = blocks(started, tenant, "Et la suite ?").split()
    said = [f"phrase{number:05d}" for number in range(5000)]
    assert first == said[: len(first)]
    assert len(first) < len(said)
    left = len(said) - len(first)
    assert second[:left] == said[len(first) :]
    assert second[left : left + 100] == said[:100]
