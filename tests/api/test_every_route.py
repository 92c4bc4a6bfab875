"""Every route of the URL map: without a key, with a wrong scope, as a foreign organisation, as its own (S3)."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role, Scope
from cci_app.core.http.api import EdgeBlueprint
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.fakes.every_route import Route, of_application
from tests.knowledge.ready import make_document

# Those of the API; the pages of signing in are open as well.
PUBLIC = {"/health", "/api/v1/health", "/docs", "/openapi.json", "/docs/static/<path:name>"}
# What a member sends before they have a token, and what they ask with it.
ENTRY = {"/auth/register", "/auth/login", "/auth/refresh"}
MEMBER_TOKENS = {"/auth/profile", "/auth/verify"}
PUBLIC |= ENTRY
# What is a member's own, which no key has.
OWN = "/api/v1/me"
# What viewers do not even see.
FOR_ADMINS = (
    "/api/v1/export",
    *(f"/api/v1/admin/{part}" for part in ("people", "members", "roles", "sessions", "keys", "audit", "invitations")),
)
# What agents change.
FOR_AGENTS = ("/api/v1/users/", "/api/v1/handoffs", "/api/v1/trials", "/api/v1/reviews")
# Where a program speaks for the people who write.
FOR_PROGRAMS = (
    *("/api/v1/whatsapp/", "/api/v1/feedback", "/api/v1/auth/", "/api/v1/orchestrate", "/api/v1/sessions/"),
)
MCP = "/api/v1/mcp"
# What proves itself by a channel's signature, or by a link, whatever key it comes with: 401.
SIGNED = {
    *("/api/v1/channels/<string:kind>/<string:account>", "/api/v1/webhook"),
    *(f"/api/v1/try{rest}" for rest in ("", "/<string:trial_id>", "/<string:trial_id>/messages")),
}
SIGNED |= MEMBER_TOKENS
SIGNED |= {f"/api/v1/chat/<string:chat>{rest}" for rest in ("", "/visits", "/messages", "/files/<string:message>")}
WORK = tuple(f"/api/{part}" for part in ("projects", "people", "labels", "comments", "activity", "tasks"))
WORK += tuple(f"/integrations/{part}" for part in ("whatsapp", "telegram", "email", "voice", "history", "link"))
WORK += ("/integrations/zendesk", "/integrations/crm", "/ai/", "/api/reports", "/api/handbook/violations")
# What somebody has seen is theirs to say, whatever else they may change.
THEIRS = ("/api/bell",)
WORK += tuple(f"/api/monitoring/{part}" for part in ("status", "alerts", "escalate", "acknowledge"))
USER = "+573000000001"
MESSAGE = {"user_id": USER, "message": "Bonjour"}


def routes(app: Flask) -> list[tuple[str, Route]]:
    """Every route of the API; pages have tests of their own."""
    return [
        (route.method, route)
        for route in of_application(app)
        if isinstance(app.blueprints[route.blueprint], EdgeBlueprint)
    ]


def address(route: Route, job_id: str, document_id: int = 1) -> str:
    known: dict[str, Any] = {"user_id": USER, "phone": USER, "assistant": "cci", "trial_id": "trial:m1.abc"}
    known |= {"document_id": document_id, "name": "docs.js"}
    known |= dict.fromkeys(("job_id", "schedule_id", "evaluation_id"), job_id)
    known |= {"kind": "sharepoint", "name": "members", "account": "1"} if "kind" in route.arguments else {}
    return route.address({**route.nothing, **known})


def call(web: FlaskClient, method: str, path: str, headers: dict[str, str]) -> Any:
    body: dict[str, Any] = {"json": MESSAGE} if path.endswith("/message") else {}
    if method == "PUT":
        body = {"json": {"settings": {}}}
    elif path.startswith("/api/v1/mcp-servers/") and path.endswith("/test"):
        body = {"json": {"tool": "order_status"}}
    return web.open(path, method=method, headers=headers, buffered=True, **body)


@pytest.fixture
def job_id(app: Flask, tenant: Tenant) -> str:
    from cci_app.core.database import tenant_transaction
    from cci_app.jobs.ledger import enqueue

    with tenant_transaction(tenant.organisation_id) as session:
        return str(enqueue(session, tenant.organisation_id, "contacts.reload", {"canary": "canari-7c1f"}, None).id)


@pytest.fixture
def document_id(app: Flask, tenant: Tenant) -> int:
    return make_document(tenant, "canari-7c1f").id


def test_every_route_asks_for_a_key(app: Flask, web: FlaskClient) -> None:
    for method, rule in routes(app):
        status = call(web, method, address(rule, str(uuid.uuid4())), {}).status_code
        if rule.rule in PUBLIC:
            assert status == (422 if rule.rule in ENTRY else 200), rule
        else:
            assert status == 401, rule


def test_every_route_asks_for_its_scope(app: Flask, web: FlaskClient) -> None:
    keys = {scope: make_tenant(f"scope-{uuid.uuid4().hex[:8]}", {scope}) for scope in Scope}
    for method, rule in routes(app):
        if rule.rule in PUBLIC | SIGNED or rule.rule.startswith(OWN):
            continue
        granted = [
            scope
            for scope, holder in keys.items()
            if call(web, method, address(rule, str(uuid.uuid4())), holder.headers).status_code != 403
        ]
        assert len(granted) == 1, (rule, granted)


@pytest.mark.parametrize("role", [*Role])
def test_every_route_asks_a_member_for_their_role(app: Flask, tenant: Tenant, role: Role) -> None:
    browser = sign_in(app, make_member(tenant, role))
    for method, rule in routes(app):
        if rule.rule in PUBLIC:
            continue
        status = call(browser, method, address(rule, str(uuid.uuid4())), OURS).status_code
        refused = status == 403
        if rule.rule.startswith(FOR_PROGRAMS) or rule.rule in {*SIGNED, MCP}:
            # A program speaks for the people who write; members do not.
            assert status == 401, rule
        elif role in {Role.ADMIN, Role.OWNER} or rule.rule.startswith(OWN):
            assert not refused, rule
        elif rule.rule.startswith(FOR_ADMINS):
            assert refused, rule
        else:
            agents = rule.rule.startswith((*FOR_AGENTS, *WORK))
            theirs = method == "GET" or rule.rule.startswith(THEIRS)
            assert refused is not (theirs or (role is Role.AGENT and agents)), (method, rule)


def test_a_session_of_another_organisation_finds_nothing(
    app: Flask, tenant: Tenant, job_id: str, document_id: int
) -> None:
    foreign = sign_in(app, make_member(make_tenant(f"foreign-{uuid.uuid4().hex[:8]}")))
    for method, rule in routes(app):
        answer = call(foreign, method, address(rule, job_id, document_id), OURS)
        assert b"canari-7c1f" not in answer.data, rule
        if {"job_id", "document_id", "kind"} & rule.arguments:
            assert answer.status_code == (401 if rule.rule in SIGNED else 404), rule


def test_no_route_ignores_a_mistyped_filter(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    browser = sign_in(app, make_member(tenant))
    for method, rule in routes(app):
        # Flow authors compose messages freely; probes and links add to what is open to everybody.
        ignored = rule.rule in (PUBLIC - ENTRY) | SIGNED or rule.rule.endswith("/message")
        for query in ("?strat_date=2026-01-01", "?limit=5&strat_date=2026-01-01", "?strat_date="):
            who, headers = (browser, OURS) if rule.rule.startswith(OWN) else (web, tenant.headers)
            answer = call(who, method, address(rule, str(uuid.uuid4())) + query, headers)
            told = answer.status_code == 422 and "strat_date" in answer.json["error"]["details"]
            assert told is not (ignored or query.endswith("=")), (method, rule, query)


def test_no_route_shows_or_changes_what_is_anothers(
    app: Flask, web: FlaskClient, tenant: Tenant, job_id: str, document_id: int
) -> None:
    from cci_app.conversation.log import log_conversations

    said = {**MESSAGE, "message": "Bonjour, canari-7c1f"}
    assert web.post("/api/v1/whatsapp/message", json=said, headers=tenant.headers).status_code == 200
    log_conversations()
    own = (f"/api/v1/users/{USER}/status", f"/api/v1/knowledge/documents/{document_id}")
    before = [web.get(path, headers=tenant.headers).json for path in own]
    foreign = make_tenant(f"foreign-{uuid.uuid4().hex[:8]}")
    for method, rule in routes(app):
        response = call(web, method, address(rule, job_id, document_id), foreign.headers)
        if not rule.rule.endswith("/message"):
            assert b"canari-7c1f" not in response.data, rule
        if {"job_id", "document_id", "kind"} & rule.arguments:
            assert response.status_code == (401 if rule.rule in SIGNED else 404)
    assert [web.get(path, headers=tenant.headers).json for path in own] == before
    stats = web.get("/api/v1/admin/stats", headers=make_tenant(f"empty-{uuid.uuid4().hex[:8]}").headers).json
    assert stats is not None
    assert stats["messages"] == stats["users"] == stats["conversations"] == 0


def test_every_route_is_in_the_description(app: Flask, web: FlaskClient) -> None:
    described = web.get("/openapi.json").json
    assert described is not None
    for method, rule in routes(app):
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(next(p for p in path.split("/") if p.endswith(f"{argument}>")), f"{{{argument}}}")
        assert method.lower() in described["paths"].get(path, {}), (method, path)


def test_what_does_not_exist_has_the_envelope(web: FlaskClient, tenant: Tenant) -> None:
    missing = web.get("/nowhere")
    assert missing.status_code == 404
    assert missing.json is not None
    assert missing.json["error"]["code"] == "not_found"
    assert "/docs" in missing.json["error"]["message"]
    wrong = web.delete("/api/v1/whatsapp/message", headers=tenant.headers)
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]
