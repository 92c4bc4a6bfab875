"""Agents that were written for another backend, as they come: what they do not know, what they ask us, their names."""

import json
import sys
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
from cci_app.core.database import db, tenant_transaction
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
            with started.app_context():
                for engine in db.engines.values():
                    engine.dispose()
            started.extensions["cci_redis"].close()
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
