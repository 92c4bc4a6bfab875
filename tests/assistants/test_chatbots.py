"""Assistants that an organisation makes by the API: drafts, trials, versions, and who may talk to them."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cci_app.conversation.log import log_conversations
from cci_app.knowledge.documents.ingestion import run_ingestion
from tests.conftest import Tenant, make_tenant

Rows = Callable[..., list[dict[str, Any]]]
WHO = "+573001234567"
BAKERY: dict[str, Any] = {
    "name": "bakery",
    "title": "La Boulangerie",
    "persona": "You are Lucía, who serves at the counter of a bakery.",
    "languages": ["es", "fr"],
    "tools": {
        "rag_search": None,
        "capture_lead": {"consent": "own_words"},
        "quote_price": {
            "currency": "COP",
            "items": {"baguette": {"name": {"es": "baguette", "fr": "baguette"}, "price": 6500}},
        },
    },
    "documents": [
        {"title": "Horarios", "language": "es", "text": "La panadería abre de martes a domingo de 7 a 18 h."}
    ],
    "texts": {"greeting": {"es": "¡Hola! Soy Lucía.", "fr": "Bonjour, c'est Lucía."}},
}


@pytest.fixture
def web(web: FlaskClient, settings: Any) -> FlaskClient:
    """The first turn loads LangChain, which a busy machine takes its time for."""
    from cci_app.agents.loop import graph

    assert graph.PURPOSE
    return web


def call(web: FlaskClient, tenant: Tenant, method: str, path: str, status: int = 200, **body: Any) -> Any:
    more: dict[str, Any] = {"json": body} if body else {}
    response = web.open(f"/api/v1/chatbots{path}", method=method, headers=tenant.headers, **more)
    assert response.status_code == status, response.data
    return json.loads(response.data)


def say(web: FlaskClient, tenant: Tenant, text: str, status: int = 200, assistant: str = "bakery") -> str:
    # The same words again at once are a repeat, unless their sender says otherwise.
    body = {"user_id": WHO, "message": text, "assistant": assistant, "message_id": uuid.uuid4().hex}
    response = web.post("/api/v1/whatsapp/message", json=body, headers=tenant.headers)
    assert response.status_code == status, response.data
    return str(json.loads(response.data).get("response"))


def changed(**fields: Any) -> dict[str, Any]:
    return {**{name: value for name, value in BAKERY.items() if name != "name"}, **fields}


def test_a_chatbot_is_made_tried_published_changed_and_taken_back(
    web: FlaskClient, app: Any, tenant: Tenant, rows: Rows, store: Path
) -> None:
    made = call(web, tenant, "POST", "", 201, **BAKERY)
    path = f"/{made['id']}"
    assert made["published"] is None
    # A draft answers whoever tries it, and nobody else.
    say(web, tenant, "Hola", 422)
    tried = call(web, tenant, "POST", f"{path}/try", message="¿Cuánto cuestan 2 baguettes?")
    assert tried["reply"] == "2 × baguette: 13000 COP"
    assert [call["tool"] for call in tried["tool_calls"]] == ["quote_price"]
    assert rows("SELECT 1 FROM webhook_events WHERE organisation_id = :id", id=tenant.organisation_id) == []
    published = call(web, tenant, "POST", f"{path}/publish", version=None)
    assert (published["name"], published["version"]) == ("bakery", 1)
    for document in rows(
        "SELECT job_id FROM knowledge_documents WHERE organisation_id = :id", id=tenant.organisation_id
    ):
        run_ingestion(document["job_id"])
    assert say(web, tenant, "Hola") == "¡Hola! Soy Lucía."
    assert "de 7 a 18 h" in say(web, tenant, "¿A qué hora abre la panadería?")
    # Another draft changes nothing until it is published; an earlier version can answer again.
    greeting = {"greeting": {"es": "¡Buenas! Habla Lucía.", "fr": "Bonjour."}}
    call(web, tenant, "PUT", path, **changed(texts=greeting))
    assert say(web, tenant, "Hola") == "¡Hola! Soy Lucía."
    assert call(web, tenant, "POST", f"{path}/try", message="Hola")["reply"] == "¡Buenas! Habla Lucía."
    assert call(web, tenant, "POST", f"{path}/try", message="Hola", version=1)["reply"] == "¡Hola! Soy Lucía."
    assert call(web, tenant, "POST", f"{path}/publish", version=None)["version"] == 2
    assert say(web, tenant, "Hola") == "¡Buenas! Habla Lucía."
    assert call(web, tenant, "POST", f"{path}/publish", version=1)["version"] == 1
    assert say(web, tenant, "Hola") == "¡Hola! Soy Lucía."
    versions = call(web, tenant, "GET", f"{path}/versions")
    assert [(each["version"], each["serving"]) for each in versions] == [(2, False), (1, True)]
    call(web, tenant, "POST", f"{path}/publish", 404, version=7)
    call(web, tenant, "POST", f"{path}/withdraw")
    say(web, tenant, "Hola", 422)
    log_conversations()
    logged = rows("SELECT DISTINCT assistant FROM conversations WHERE organisation_id = :id", id=tenant.organisation_id)
    assert logged == [{"assistant": "bakery"}]
    call(web, tenant, "DELETE", path)
    assert call(web, tenant, "GET", "") == []
    # One of the same name is another one, though it begins with version 1 too.
    anew = call(web, tenant, "POST", "", 201, **{**BAKERY, "texts": greeting})
    assert call(web, tenant, "POST", f"/{anew['id']}/publish", version=None)["version"] == 1
    assert say(web, tenant, "Hola") == "¡Buenas! Habla Lucía."


def test_another_organisation_neither_sees_nor_talks_to_it(web: FlaskClient, tenant: Tenant) -> None:
    other = make_tenant(f"other-than-{tenant.slug}")
    made = call(web, tenant, "POST", "", 201, **BAKERY)
    call(web, tenant, "POST", f"/{made['id']}/publish", version=None)
    assert call(web, other, "GET", "") == []
    say(web, other, "Hola", 422)
    for method, path, body in (
        ("GET", "", {}),
        ("PUT", "", changed()),
        ("DELETE", "", {}),
        ("GET", "/versions", {}),
        ("POST", "/publish", {"version": None}),
        ("POST", "/try", {"message": "Hola"}),
    ):
        call(web, other, method, f"/{made['id']}{path}", 404, **body)
    # The same name may be somebody else's chatbot too.
    call(web, other, "POST", "", 201, **BAKERY)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"tools": {"order_pizza": None}}, "order_pizza"),
        ({"tools": {"quote_price": {"currency": "COP"}}}, "items"),
        ({"languages": ["de"]}, "de is missing"),
        ({"languages": []}, "languages"),
        ({"default_language": "pt"}, "default_language"),
        ({"limits": {"model_calls": 9}}, "model_calls"),
        ({"texts": {"goodbye": {"es": "Adiós"}}}, "goodbye"),
        ({"model": ["gpt-4o"]}, "names no model"),
        ({"documents": [{"title": "x"}]}, "text"),
        ({"silence": "soon"}, "30 minutes"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_field(
    web: FlaskClient, tenant: Tenant, fields: dict[str, Any], told: str
) -> None:
    refused = call(web, tenant, "POST", "", 422, **{**BAKERY, **fields})
    assert told in json.dumps(refused, ensure_ascii=False)


def test_a_name_that_there_is_cannot_be_taken(web: FlaskClient, tenant: Tenant) -> None:
    call(web, tenant, "POST", "", 409, **{**BAKERY, "name": "cci"})
    call(web, tenant, "POST", "", 201, **BAKERY)
    call(web, tenant, "POST", "", 409, **BAKERY)


def test_a_model_without_a_key_is_not_published(web: FlaskClient, tenant: Tenant) -> None:
    made = call(web, tenant, "POST", "", 201, **{**BAKERY, "model": ["openai:gpt-4o"]})
    refused = call(web, tenant, "POST", f"/{made['id']}/publish", 422, version=None)
    assert "OPENAI_API_KEY" in json.dumps(refused)
    assert call(web, tenant, "GET", f"/{made['id']}")["published"] is None


def test_a_trial_writes_nothing(web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    made = call(web, tenant, "POST", "", 201, **BAKERY)
    first = call(web, tenant, "POST", f"/{made['id']}/try", message="Hola")
    pending = {"tool": "capture_lead", "arguments": {"name": "Ana", "interest": "pan"}}
    state = {**first["state"], "pending": pending}
    second = call(web, tenant, "POST", f"/{made['id']}/try", message="sí", state=state)
    assert [call["status"] for call in second["tool_calls"]] == ["unconfirmed"]
    assert rows("SELECT 1 FROM leads WHERE organisation_id = :id", id=tenant.organisation_id) == []
    call(web, tenant, "POST", f"/{made['id']}/try", 422, message="sí", state={"exchanges": [1]})
