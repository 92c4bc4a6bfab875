"""The API's description: valid, complete, and true of what the application does."""

import io
import re
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cci_app import create_app
from cci_app.accounts.caller import Caller, Proof, Role, Scope
from cci_app.accounts.keys import create_key, list_keys
from cci_app.accounts.members.links import invite
from cci_app.accounts.members.models import Member
from cci_app.accounts.members.sessions import list_sessions
from cci_app.core.database import tenant_transaction
from cci_app.core.http.errors import DOCUMENTED
from cci_app.knowledge.learning.corrected import add_answer
from cci_app.trials.links import make_link
from cci_app.trials.talking import Offer
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.accounts.test_passkeys import add as add_passkey
from tests.admin.contacts import add_contact
from tests.api.ready import message_of, web_chat_of
from tests.catalog.ready import make_book
from tests.conftest import SAMPLES, Tenant, make_settings
from tests.coordination.examples import ENTRY, MEMBER_TOKENS, WORK, about, make_work
from tests.correspondence.accounts import make_hook
from tests.evaluation.ready import evaluation_for
from tests.exports.conftest import Add, add
from tests.exports.orders import export_for
from tests.fakes.authenticator import Authenticator
from tests.fakes.entry_points import Operation, operations
from tests.inbox.requests import request_for
from tests.integrations.accounts import add_account_for
from tests.knowledge.ready import make_document
from tests.tools.ready import make_alert, make_chatbot, make_tools

OWN = "/api/v1/me"
# What proves itself by a channel's signature has tests of its own.
SIGNED = {"take_delivery", "take_waha_delivery", "greet_channel"}
# What they are asked about is of somebody's device, or conversation: their own tests have such. No document can show
# what a device answers to a challenge of today, or a recording; nobody answers at the server of the examples.
REFUSED = dict.fromkeys(("get_pairing_code", "run_turn_again", "send_feedback"), 404)
REFUSED |= {"create_passkey": 401, "transcribe_voice": 422, "list_zendesk_tickets": 409, "make_zendesk_ticket": 409}
REFUSED |= {"make_crm_record": 409, "check_server": 503, "accept_server": 503, "read_drive": 409}
GUESTS = {"begin_guest_trial", "get_guest_trial", "write_on_guest_trial"}
VISITORS = {"get_chat", "begin_chat_visit", "read_chat", "write_in_chat", "get_chat_file"}
PUBLIC = {"get_health_of_host", "get_health", "get_openapi", "get_docs", "get_docs_file"} | ENTRY

__all__ = ["add"]


@cache
def description() -> dict[str, Any]:
    """The document, which depends on no database."""
    app = create_app(make_settings("postgresql://nobody@127.0.0.1/none", "redis://127.0.0.1:1/0"))
    document: dict[str, Any] = app.test_client().get("/openapi.json").json  # type: ignore[assignment]
    return document


EVERY_OPERATION = pytest.mark.parametrize("operation", operations(description()), ids=lambda o: o.name)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to."""
    while "$ref" in node:
        found: Any = description()
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def responses(operation: Operation) -> dict[int, dict[str, Any]]:
    entry = description()["paths"][operation.path][operation.method.lower()]
    return {int(status): resolved(response) for status, response in entry["responses"].items()}


def content_of(operation: Operation, status: int, content_type: str) -> dict[str, Any]:
    content: dict[str, Any] = responses(operation)[status]["content"]
    found: dict[str, Any] = content.get(content_type.partition(";")[0]) or content["*/*"]
    return found


def check(schema: dict[str, Any], value: Any) -> None:
    """Hold a value against a schema of the document."""
    whole = {**schema, "components": description()["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)


def examples_of(content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    return [example["value"] for example in content["examples"].values()]


def example_of(parameter: dict[str, Any]) -> Any:
    schema = parameter["schema"]
    return parameter.get("example", schema.get("example", schema.get("examples", [None])[0]))


def send_example(web: FlaskClient, operation: Operation, key: str | None, **path: str) -> TestResponse:
    """The request as the document shows it; of a file, the sample. Without a key it comes from a page of ours."""
    target, query, headers = operation.path, {}, {"X-API-Key": key} if key else dict(OURS)
    for parameter in operation.parameters:
        value, name = example_of(parameter), parameter["name"]
        if parameter["in"] == "path":
            target = target.replace(f"{{{name}}}", path.get(name, str(value)))
        elif parameter["in"] == "query":
            query[name] = path.get(name, str(value).lower() if isinstance(value, bool) else value)
        else:
            headers[name] = value
    body: dict[str, Any] = {}
    if "application/json" in operation.body:
        body = {"json": operation.body["application/json"]["example"]}
    elif "multipart/form-data" in operation.body:
        workbook = io.BytesIO((SAMPLES / "contacts.xlsx").read_bytes())
        body = {"data": {"file": (workbook, "contacts.xlsx")}}
    return web.open(target, method=operation.method, query_string=query, headers=headers, buffered=True, **body)


def session_of(member: Member) -> str:
    """A session of the member, in which somebody else than the test is signed in."""
    sign_in(current_app._get_current_object(), member)  # type: ignore[attr-defined]
    return str(list_sessions(member.organisation_id, member.id)[0].id)


def invitation_of(tenant: Tenant) -> str:
    """An open invitation of the organisation."""
    caller = Caller(tenant.organisation_id, "key:1", Proof.API_KEY, scopes=frozenset({Scope.ADMIN}))
    return str(invite(caller, "ines@example.org", Role.VIEWER).link.id)


def trial_link_of(tenant: Tenant) -> tuple[str, str]:
    """The id and the token of a link to try the assistant."""
    caller = Caller(tenant.organisation_id, "key:1", Proof.API_KEY, scopes=frozenset({Scope.ADMIN}))
    link, token = make_link(caller, Offer(), days=7)
    return str(link.id), token


def key_of(tenant: Tenant) -> str:
    """Another key of the organisation than the one that asks."""
    with tenant_transaction(tenant.organisation_id) as session:
        create_key(session, tenant.organisation_id, "another", {Scope.USERS})
    return str(list_keys(tenant.organisation_id)[0].id)


@pytest.fixture
def job_id(app: Flask, tenant: Tenant) -> str:
    """A job of the organisation."""
    from cci_app.jobs.ledger import enqueue

    with tenant_transaction(tenant.organisation_id) as session:
        return str(enqueue(session, tenant.organisation_id, "contacts.reload", {}, None).id)


def test_the_document_is_valid_openapi() -> None:
    document = description()
    assert document["openapi"].startswith("3.1")
    jsonschema_rs.Draft202012Validator(openapi_schema()).validate(document)
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def openapi_schema() -> dict[str, Any]:
    """The official JSON Schema of OpenAPI 3.1, as schemathesis brings it."""
    from schemathesis.specs.openapi import definitions

    schema: dict[str, Any] = definitions.OPENAPI_31
    return schema


@EVERY_OPERATION
def test_an_operation_has_examples_that_its_schemas_allow(operation: Operation) -> None:
    for parameter in operation.parameters:
        assert example_of(parameter) is not None
        check(parameter["schema"], example_of(parameter))
    for content_type, content in operation.body.items():
        if content_type != "multipart/form-data":  # a file has no example in text; the test below sends the sample
            for example in examples_of(content):
                check(content["schema"], example)
    for status, response in responses(operation).items():
        for content in response["content"].values():
            assert examples_of(content), status
            for example in examples_of(content):
                check(content["schema"], example)


@EVERY_OPERATION
def test_the_documented_request_gets_a_documented_response(
    operation: Operation, web: FlaskClient, tenant: Tenant, job_id: str, add: Add
) -> None:
    if operation.name in SIGNED | ENTRY | MEMBER_TOKENS:
        return
    key = None if operation.name in PUBLIC | GUESTS | VISITORS or operation.path.startswith(OWN) else tenant.key
    link_id, web.environ_base["HTTP_X_TRIAL_LINK"] = trial_link_of(tenant)
    member = make_member(tenant, Role.AGENT)
    if operation.path.startswith(OWN):
        web = sign_in(web.application, member)
    document = make_document(tenant, "Visas", "Nous suivons les visas de vos salariés.")
    own = {"chat": web_chat_of(web, tenant)} if "web_chat" in operation.name or operation.name in VISITORS else {}
    own |= {"job_id": job_id, "assistant": "cci", "document_id": str(document.id), **export_for(operation.name, tenant)}
    own |= {
        "member_id": str(member.id),
        "session_id": session_of(member),
        "key_id": key_of(tenant),
        "invitation_id": invitation_of(tenant),
        "conversation_id": str(add(company="Café Uno")),
        "answer_id": str(add_answer(tenant.organisation_id, {"examples": ["¿?"], "answer": {"es": "Sí."}}).id),
        **request_for(operation.name, tenant, web),
        "link_id": link_id,
    }
    if operation.name == "get_turn":
        own["message_id"] = message_of(own["conversation_id"])
    if operation.name == "get_contact":
        own["user_id"] = add_contact(tenant, first_name="Camille", company="Café Uno")
    if operation.name == "list_all_jobs":
        own["before"] = job_id
    add_account_for(operation.name, tenant)
    if operation.path.startswith("/api/v1/catalogs/"):
        make_book(tenant)
    if operation.name == "set_alert":
        own["alert_id"] = make_alert(tenant)
    if operation.path.startswith("/api/v1/chatbots/"):
        own["chatbot_id"] = make_chatbot(tenant)
    if operation.name.partition("_")[2] in {"tool", "server"} and not operation.name.startswith("create_"):
        make_tools(tenant)
    if operation.name == "delete_passkey":
        own["passkey_id"] = add_passkey(web, Authenticator("http://localhost", "localhost")).get_json()["id"]
    if operation.path.startswith(WORK):
        own |= make_work(tenant)
        operation = about(operation, own)
    own |= evaluation_for(operation.name, tenant)
    response = send_example(web, operation, key, **own)
    if operation.name in REFUSED:
        assert response.status_code == REFUSED[operation.name]
        return
    if operation.name == "send_file_to_handoff":
        # No channel could fetch it: the installation of the tests has no public address.
        assert response.status_code == 409
        return
    assert response.status_code in {200, 201, 202}, response.text
    content = content_of(operation, response.status_code, response.content_type)
    if content["schema"].get("format") != "binary":
        check(content["schema"], response.json if response.is_json else response.text)


@EVERY_OPERATION
def test_an_empty_value_in_a_query_is_none(
    operation: Operation, web: FlaskClient, tenant: Tenant, job_id: str, add: Add
) -> None:
    queried = [parameter for parameter in operation.parameters if parameter["in"] == "query"]
    assert all(parameter["allowEmptyValue"] for parameter in queried)
    if operation.method != "GET" or operation.name in PUBLIC | set(REFUSED) or not queried:
        return
    chat = web_chat_of(web, tenant) if operation.name in VISITORS else ""
    target = operation.path.replace("{job_id}", job_id).replace("{chat}", chat)
    for person in ("{user_id}", "{session_id}"):
        target = target.replace(person, "+573001234567")
    target = target.replace("{conversation_id}", str(add())).replace("{assistant}", "cci")
    target = target.replace("{document_id}", str(make_document(tenant, "Visas").id))
    target = target.replace("{webhook_id}", str(make_hook(tenant)["webhook_id"]))
    if "{report_id}" in target:
        target = target.replace("{report_id}", make_work(tenant)["report_id"])
    empty = {parameter["name"]: "" for parameter in queried}
    answer = web.get(target, query_string=empty, headers=tenant.headers, buffered=True)
    assert answer.status_code == 200, answer.text


def test_the_other_forms_are_as_documented(web: FlaskClient, tenant: Tenant) -> None:
    named = {operation.name: operation for operation in operations(description())}
    message = named["send_message"].body["application/json"]["example"]
    block = web.post("/api/v1/whatsapp/message?format=manychat", json=message, headers=tenant.headers)
    check({"$ref": "#/components/schemas/ManychatResponse"}, block.json)
    counters = web.get("/api/v1/metrics?format=prometheus", headers=tenant.headers)
    check(content_of(named["get_metrics"], 200, counters.content_type)["schema"], counters.text)
    workbook = io.BytesIO((SAMPLES / "contacts.xlsx").read_bytes())
    queued = web.post("/api/v1/admin/contacts/reload", data={"file": (workbook, "c.xlsx")}, headers=tenant.headers)
    assert queued.status_code == 202
    check(content_of(named["reload_contacts"], 202, queued.content_type)["schema"], queued.json)


@EVERY_OPERATION
def test_an_operation_tells_who_may_call_it_and_what_may_go_wrong(operation: Operation) -> None:
    entry = description()["paths"][operation.path][operation.method.lower()]
    assert entry["summary"]
    expected: set[int] = set()
    if operation.name in PUBLIC:
        assert entry["security"] == []
    else:
        ways = {next(iter(way)) for way in entry["security"]}
        programs, members, signed, guests = {"apiKey", "bearer"}, {"session"}, {"channelSignature"}, {"trialLink"}
        tokens, visitors = {"jwt"}, {"webChat"}
        assert ways in (programs, programs | tokens, programs | members, members, signed, guests, visitors) or (
            ways == (tokens if operation.name in MEMBER_TOKENS else programs | members | tokens)
        )
        assert (ways == guests) is (operation.name in GUESTS)
        assert (ways == visitors) is (operation.name in VISITORS)
        assert (ways == signed) is (operation.name in SIGNED)
        expected |= {401, 403, 429, 503}
    if operation.body:
        expected |= {400, 413, 422}
    if any(parameter["in"] == "path" for parameter in operation.parameters):
        expected |= {404}
    if any(parameter["name"] in {"user_id", "assistant", "hours", "dry_run"} for parameter in operation.parameters):
        expected |= {422}
    assert expected <= operation.statuses
    assert 500 not in operation.statuses


def test_operations_have_names_of_their_own() -> None:
    names = [operation.name for operation in operations(description())]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() for name in names)


@EVERY_OPERATION
def test_errors_are_as_documented(operation: Operation, web: FlaskClient, tenant: Tenant) -> None:
    if operation.name in PUBLIC:
        return
    if operation.path.startswith(OWN):
        web.set_cookie("cci_session", "wrong")
    wrong = None if operation.path.startswith(OWN) else "cci_wrong"
    refused = send_example(web, operation, wrong, job_id=str(uuid.uuid4()))
    assert refused.status_code == 401
    check(content_of(operation, 401, refused.content_type)["schema"], refused.json)
    if operation.body and operation.name not in SIGNED:
        path = re.sub(r"\{(handoff|alert|experiment|sample)_id\}", "7", operation.path)
        path = re.sub(
            r"\{(task|project|comment|label|person|rules|entry|report|edition|violation|conflict)_id\}", "7", path
        )
        path = re.sub(r"\{(webhook|delivery|action)_id\}", "7", path)
        path = (
            re.sub(r"\{\w+\}", str(uuid.uuid4()), path)
            .replace("members/", "members/7?")
            .replace("answers/", "answers/7?")
        )
        headers = tenant.headers
        if operation.name in VISITORS:
            path, headers = operation.path.replace("{chat}", web_chat_of(web, tenant)), {}
        if operation.name in GUESTS:
            headers = {"X-Trial-Link": trial_link_of(tenant)[1]}
        if operation.path.startswith(OWN):
            web, headers = sign_in(web.application, make_member(tenant)), OURS
        bad = web.open(path.partition("?")[0], method=operation.method, data=b"{", headers=headers, content_type="a/b")
        assert bad.status_code in {400, 422}
        check(content_of(operation, bad.status_code, bad.content_type)["schema"], bad.json)


def test_documented_errors_have_the_codes_that_are_sent(web: FlaskClient, tenant: Tenant) -> None:
    path = "/api/v1/whatsapp/message"
    sent = {
        "BAD_REQUEST": web.post(path, data=b"{", content_type="application/json", headers=tenant.headers),
        "UNAUTHORIZED": web.post(path, json={}),
        "NOT_FOUND": web.get(f"/api/v1/admin/jobs/{uuid.uuid4()}", headers=tenant.headers),
        "CONFLICT": web.post("/api/v1/admin/contacts/reload", headers=tenant.headers),
        "REQUEST_ENTITY_TOO_LARGE": web.post(path, json={"message": "x" * 1_100_000}, headers=tenant.headers),
        "UNPROCESSABLE_ENTITY": web.post(path, json={}, headers=tenant.headers),
    }
    for name, response in sent.items():
        assert response.json is not None
        assert (response.status_code, response.json["error"]["code"]) == (
            DOCUMENTED[name].status,
            DOCUMENTED[name].code,
        )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"PK\x03\x04 a workbook without a form", "application/octet-stream"),
        (b"--x\r\nNone--x--", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="book"; filename="b"\r\n\r\nPK\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_reload_never_takes_another_workbook_than_the_one_sent(
    app: Flask, web: FlaskClient, tenant: Tenant, body: bytes, content_type: str
) -> None:
    before = app.config["SETTINGS"]
    configured = {"contacts_excel_path": str(Path(SAMPLES / "contacts.xlsx")), "default_organisation": tenant.slug}
    app.config["SETTINGS"] = before.model_copy(update=configured)
    try:
        address = "/api/v1/admin/contacts/reload?dry_run=true"
        assert web.post(address, headers=tenant.headers).status_code == 200
        refused = web.post(address, data=body, content_type=content_type, headers=tenant.headers)
    finally:
        app.config["SETTINGS"] = before
    assert refused.status_code == 422
    assert refused.json is not None
    assert "file" in refused.json["error"]["details"]
