"""The audit log: what was done is there, in the transaction of the act, and nobody takes it back."""

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role
from cci_app.core.audit import SYSTEM as NOBODY
from cci_app.core.audit import Actor, act_as, acting_for, record
from cci_app.core.database import system_transaction, tenant_transaction
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.knowledge.ready import make_document

AUDIT = "/api/v1/admin/audit"


def acts(web: FlaskClient, tenant: Tenant, query: str = "") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = web.get(f"{AUDIT}{query}", headers=tenant.headers).get_json()["entries"]
    return entries


def test_it_says_who_did_what_when_and_from_where(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    admin = make_member(tenant, Role.ADMIN)
    browser = sign_in(app, admin)
    made = browser.post("/api/v1/admin/keys", json={"name": "flow", "scopes": ["users"]}, headers=OURS)
    key = made.get_json()
    entry = acts(web, tenant)[0]
    assert (entry["who"], entry["name"], entry["act"]) == (f"member:{admin.id}", admin.email, "key.created")
    assert entry["subject"] == f"key:{key['id']}"
    assert entry["details"] == {"name": "flow", "scopes": ["users"]}
    assert entry["address"] == "127.0.0.1"
    assert entry["request_id"] == made.headers["X-Request-ID"]
    assert key["key"] not in str(entry)
    web.delete(f"/api/v1/admin/keys/{key['id']}", headers=tenant.headers)
    revoked = acts(web, tenant)[0]
    assert (revoked["act"], revoked["name"]) == ("key.revoked", "test")
    assert revoked["who"].startswith("key:")


def test_what_is_done_in_other_rooms_is_there(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    document = make_document(tenant, "Visas", "Nous suivons les visas.")
    headers = tenant.headers
    schedule = {"name": "Daily", "frequency": "daily", "hour": 6, "format": "csv", "destination": "download"}
    account = {"kind": "google_sheets", "name": "x", "settings": {}, "secrets": {}}
    exported = web.post("/api/v1/export/jobs", json={"format": "csv"}, headers=headers).get_json()["id"]
    made = web.post("/api/v1/export/schedules", json=schedule, headers=headers).get_json()["id"]
    for method, path, body in (
        ("POST", f"/api/v1/export/jobs/{exported}/cancel", None),
        ("POST", f"/api/v1/export/jobs/{exported}/retry", None),
        ("GET", "/api/v1/export/conversations?format=csv", None),
        ("DELETE", f"/api/v1/export/schedules/{made}", None),
        ("POST", "/api/v1/knowledge/documents", {"text": "Lundi : fermé.", "title": "Horaires"}),
        ("DELETE", f"/api/v1/knowledge/documents/{document.id}", None),
        ("POST", "/api/v1/integrations", account),
    ):
        web.open(path, method=method, json=body, headers=headers, buffered=True)
    done = [entry["act"] for entry in reversed(acts(web, tenant))]
    assert done == [
        *("export.requested", "schedule.added", "job.cancelled", "job.retried", "export.taken", "schedule.removed"),
        *("document.added", "document.removed"),
    ]


def test_an_act_that_fails_leaves_no_trace(app: Flask, tenant: Tenant, web: FlaskClient) -> None:
    def fail() -> None:
        with acting_for("member:1", "x"), tenant_transaction(tenant.organisation_id) as session:
            record(session, tenant.organisation_id, "member.added", "member:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert acts(web, tenant) == []


def test_background_work_is_not_on_record_and_commands_are(app: Flask, tenant: Tenant, web: FlaskClient) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        record(session, tenant.organisation_id, "job.retried", "job:1")
    assert acts(web, tenant) == []
    create = ["keys", "create", "--organisation", tenant.slug, "--name", "cli"]
    assert app.test_cli_runner().invoke(args=create).exit_code == 0
    (entry,) = acts(web, tenant)
    assert (entry["who"], entry["address"]) == ("command", None)


def test_a_request_acts_for_nobody_once_it_is_over(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    act_as(Actor("member:1", "left over"))
    web.get("/health")
    with tenant_transaction(tenant.organisation_id) as session:
        record(session, tenant.organisation_id, "job.retried", "job:1")
    act_as(NOBODY)
    assert acts(web, tenant) == []


def test_nobody_changes_it_or_takes_it_back(app: Flask, tenant: Tenant) -> None:
    for statement in ("UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with (
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
            tenant_transaction(tenant.organisation_id) as session,
        ):
            session.execute(sa.text(statement))
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), system_transaction() as session:
            session.execute(sa.text(statement))


def test_it_is_another_organisations_secret(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    sign_in(app, make_member(tenant))
    assert len(acts(web, tenant)) == 1
    assert acts(web, make_tenant(f"{tenant.slug}-2")) == []


def test_entries_are_sought_and_turned_over(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    for number in range(7):
        with acting_for(f"member:{number % 2}", "x"), tenant_transaction(tenant.organisation_id) as session:
            record(session, tenant.organisation_id, "key.created" if number % 3 else "member.added", f"key:{number}")
    first = web.get(f"{AUDIT}?limit=4", headers=tenant.headers).get_json()
    second = web.get(f"{AUDIT}?limit=4&before={first['next']}", headers=tenant.headers).get_json()
    subjects = [entry["subject"] for page in (first, second) for entry in page["entries"]]
    assert subjects == [f"key:{number}" for number in reversed(range(7))]
    assert second["next"] is None
    assert {entry["who"] for entry in acts(web, tenant, "?who=member:1")} == {"member:1"}
    assert len(acts(web, tenant, "?act=key.")) == 4
    assert acts(web, tenant, "?act=%25") == []
    assert len(acts(web, tenant, "?subject=key:3")) == 1
    assert acts(web, tenant, "?until=2020-01-01T00:00:00%2B00:00") == []
    assert len(acts(web, tenant, "?since=2020-01-01T00:00:00%2B00:00")) == 7


def test_it_is_exported_whole_and_without_live_formulas(
    app: Flask, web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cci_app.accounts.team.log._ROWS_AT_ONCE", 3)
    for number in range(7):
        with acting_for("member:1", "=HYPERLINK(1)"), tenant_transaction(tenant.organisation_id) as session:
            record(session, tenant.organisation_id, "key.created", f"key:{number}", {"name": "Ñandú, S.A.\n"})
    answer = web.get(f"{AUDIT}?format=csv&limit=2&act=key.", headers=tenant.headers)
    assert answer.content_type == "text/csv; charset=utf-8"
    # As Excel opens it in the organisation's language, Spanish.
    assert answer.data.startswith(b"\xef\xbb\xbfid;timestamp;who;")
    answer = web.get(f"{AUDIT}?format=csv&limit=2&act=key.&separator=comma", headers=tenant.headers)
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line["subject"] for line in lines] == [f"key:{number}" for number in reversed(range(7))]
    assert {line["name"] for line in lines} == {"'=HYPERLINK(1)"}
    assert lines[0]["details"] == '{"name": "Ñandú, S.A.\\n"}'
    assert acts(web, tenant)[0]["act"] == "audit.exported"
