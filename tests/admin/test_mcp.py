"""The product as an MCP server, asked by the official SDK's client over a real socket."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from werkzeug.serving import make_server

from cci_app.accounts.caller import Scope
from tests.admin.contacts import add_contact
from tests.conftest import Tenant, make_tenant
from tests.exports.conftest import Add, add
from tests.fakes.serving import serving
from tests.knowledge.ready import make_document

__all__ = ["Add", "add"]

Talk = Callable[..., Any]


@pytest.fixture
def talk(application: Flask) -> Iterator[Talk]:
    """`talk(tenant, tool, **arguments)`: what a tool gives; without one the names of the tools."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}/api/v1/mcp"

    async def ask(tenant: Tenant, tool: str | None, arguments: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {tenant.key}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            transport = streamable_http_client(address, http_client=http, terminate_on_close=False)
            async with Client(transport, cache=None) as client:
                if tool is None:
                    return {each.name for each in (await client.list_tools()).tools}
                result = await client.call_tool(tool, arguments)
                text = "\n".join(block.text for block in result.content if block.type == "text")
                return text if result.is_error else json.loads(text)

    with serving(server):
        yield lambda tenant, tool=None, **arguments: asyncio.run(ask(tenant, tool, arguments))


def test_a_program_reads_what_the_organisation_knows(talk: Talk, app: Flask, tenant: Tenant, add: Add) -> None:
    make_document(tenant, "Visas", "Nous suivons les visas de vos salariés.")
    add_contact(tenant, first_name="Camille", company="Café Uno")
    run_id = add(texts=["¿Ayudan con visas?"], company="Café Uno")
    assert {"search_knowledge", "find_contacts", "list_conversations", "export_conversations"} <= talk(tenant)
    (passage,) = talk(tenant, "search_knowledge", question="visas")["passages"]
    assert (passage["title"], "visas" in passage["text"]) == ("Visas", True)
    (contact,) = talk(tenant, "find_contacts", words="camille")["contacts"]
    assert contact["company"] == "Café Uno"
    (listed,) = talk(tenant, "list_conversations", words="visas")["conversations"]
    assert listed["conversation_id"] == str(run_id)
    read = talk(tenant, "get_conversation", conversation_id=str(run_id))
    assert [each["user_message"] for each in read["messages"]] == ["¿Ayudan con visas?"]
    assert talk(tenant, "export_conversations", file_format="csv")["status"].startswith("/api/v1/export/jobs/")


def test_another_organisation_and_a_lesser_key_see_less(
    talk: Talk, web: FlaskClient, app: Flask, tenant: Tenant, add: Add
) -> None:
    run_id = add(texts=["canari"])
    other = make_tenant(f"other-than-{tenant.slug}", {Scope.ADMIN})
    assert "export_conversations" not in talk(other)
    assert talk(other, "list_conversations")["conversations"] == []
    assert "no such conversation" in talk(other, "get_conversation", conversation_id=str(run_id))
    lesser = make_tenant(f"lesser-than-{tenant.slug}", {Scope.MESSAGES})
    refused = web.post("/api/v1/mcp", json={}, headers=lesser.headers)
    assert refused.status_code == 403


def test_what_makes_no_sense_is_told(talk: Talk, web: FlaskClient, tenant: Tenant) -> None:
    assert "end is before the start" in talk(
        tenant, "list_conversations", start_date="2026-02-01", end_date="2026-01-01"
    )
    assert "Field required" in talk(tenant, "search_knowledge")
    for body in (b"{", b"[]", b'{"jsonrpc": "3.0", "id": 1, "method": "tools/list"}'):
        answered = web.post("/api/v1/mcp", data=body, content_type="application/json", headers=tenant.headers)
        assert answered.status_code == 422, answered.data
    unknown = web.post("/api/v1/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "x"}, headers=tenant.headers)
    assert unknown.get_json()["error"]["code"] < 0


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost:8000", None, 200),
        ("localhost:8000", "http://localhost:8000", 200),
        ("assistant.example.org", "https://assistant.example.org", 200),
        ("evil.example.net", "http://evil.example.net", 403),
        ("assistant.example.org", "http://evil.example.net", 403),
        ("localhost:8000", "http://[", 403),
    ],
)
def test_a_page_whose_name_was_made_to_lead_here_is_refused(
    application: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, host: str, origin: str | None, status: int
) -> None:
    monkeypatch.setattr(application.config["SETTINGS"], "public_url", "https://assistant.example.org")
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {**tenant.headers, "Host": host, **({"Origin": origin} if origin else {})}
    assert application.test_client().post("/api/v1/mcp", json=asked, headers=headers).status_code == status
