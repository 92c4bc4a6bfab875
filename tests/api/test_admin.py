"""What admins watch."""

import io
import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Scope
from cci_app.admin.health import WORKER_KEY, check_dependencies
from cci_app.conversation.log import log_conversations
from cci_app.core import metrics
from cci_app.core.database import db
from cci_app.core.redis import get_redis
from tests.conftest import Tenant, make_tenant
from tests.fakes.workbooks import contacts

Rows = Callable[..., list[dict[str, Any]]]


def talk(web: FlaskClient, tenant: Tenant, user_id: str, *messages: str) -> None:
    for message in messages:
        payload = {"user_id": user_id, "message": message}
        assert web.post("/api/v1/whatsapp/message", json=payload, headers=tenant.headers).status_code == 200


def test_health_needs_no_key_and_touches_nothing(web: FlaskClient) -> None:
    for path in ("/health", "/api/v1/health"):
        response = web.get(path)
        assert response.json is not None
        assert response.json["status"] == "ok"


def test_ready_names_each_dependency(web: FlaskClient, tenant: Tenant) -> None:
    response = web.get("/api/v1/health/ready", headers=tenant.headers)
    assert response.status_code == 200
    assert response.json is not None
    checks = response.json["checks"]
    assert checks["postgresql"]["status"] == checks["redis"]["status"] == "ok"
    assert checks["postgresql"]["latency_ms"] > 0
    # No worker runs beside the tests.
    assert checks["worker"]["status"] == "down"
    assert response.json["status"] == "degraded"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("default_transaction_read_only = on", "takes no writes: it is read-only"),
        # No room for what a sort puts on the disk: the same class of errors as a full one.
        ("temp_file_limit = 0", "takes no writes (ConfigurationLimitExceeded): is its disk full?"),
    ],
)
def test_a_database_that_takes_no_writes_is_not_ready(
    app: Flask, addresses: dict[str, str], setting: str, told: str
) -> None:
    login = sa.make_url(addresses["web"]).username

    def change(statement: str) -> dict[str, Any]:
        engine = sa.create_engine(
            addresses["superuser"].replace("postgresql:", "postgresql+psycopg2:"),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER ROLE {login} {statement}")
        db.engine.dispose()
        return check_dependencies()

    found = change(f"SET {setting}")
    assert change("RESET ALL")["checks"]["postgresql"]["status"] == "ok"
    assert found["status"] == "down"
    assert found["checks"]["postgresql"]["detail"] == told


def test_a_worker_that_sweeps_is_seen(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    from celery_tasks.conversation import sweep_conversations

    sweep_conversations.run()
    ready = web.get("/api/v1/health/ready", headers=tenant.headers).json
    get_redis().delete(WORKER_KEY)
    assert ready is not None
    assert ready["checks"]["worker"]["status"] == "ok"
    assert ready["status"] == "ok"


@pytest.fixture
def room_for_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other tests asked in this minute without a key."""
    monkeypatch.setattr(metrics, "STRANGERS_A_MINUTE", 1_000_000)


@pytest.mark.usefixtures("room_for_strangers")
def test_every_request_is_counted(application: Flask, web: FlaskClient, tenant: Tenant, rows: Rows) -> None:
    path = "/api/v1/whatsapp/message"
    web.post(path, json={"user_id": "+573000000001", "message": "hola"}, headers=tenant.headers)
    web.post(path, json={}, headers=tenant.headers)
    web.post(path, data=b"{", headers={**tenant.headers, "Content-Type": "application/json"})
    web.get("/api/v1/users/+573000000001/status", headers=tenant.headers)
    last = rows("SELECT COALESCE(max(id), 0) AS id FROM api_metrics WHERE organisation_id IS NULL")[0]["id"]
    web.post(path, json={})
    web.get("/no-such-address-anywhere")
    application.extensions["cci_metrics"].flush()
    kept = rows(
        "SELECT endpoint, status_code FROM api_metrics WHERE organisation_id = :org ORDER BY id",
        org=tenant.organisation_id,
    )
    assert [(row["endpoint"], row["status_code"]) for row in kept] == [
        (path, 200),
        (path, 422),
        (path, 400),
        ("/api/v1/users/<string:user_id>/status", 200),
    ]
    refused = rows("SELECT endpoint, status_code FROM api_metrics WHERE organisation_id IS NULL AND id > :id", id=last)
    assert {(row["endpoint"], row["status_code"]) for row in refused} >= {(path, 401), ("(no such address)", 404)}


@pytest.mark.usefixtures("room_for_strangers")
def test_a_single_request_of_nobody_is_counted(application: Flask, web: FlaskClient, rows: Rows) -> None:
    kept = application.extensions["cci_metrics"]
    kept.flush()
    counted = "SELECT count(*) AS n FROM api_metrics WHERE organisation_id IS NULL AND endpoint = '/health'"
    before = rows(counted)[0]["n"]
    web.get("/health")
    kept.flush()
    assert rows(counted)[0]["n"] == before + 1


def test_metrics_as_json_and_for_prometheus(application: Flask, web: FlaskClient, tenant: Tenant) -> None:
    talk(web, tenant, "+573000000001", "Bonjour", "Oui, j'ai accédé à l'espace membre")
    application.extensions["cci_metrics"].flush()
    figures = web.get("/api/v1/metrics", headers=tenant.headers).json
    assert figures is not None
    assert figures["replies"]["count"] == 2
    assert figures["replies"]["share_within_8s"] == 1.0
    assert figures["replies"]["p50_ms"] <= figures["replies"]["p95_ms"] <= figures["replies"]["longest_ms"]
    for response in (
        web.get("/api/v1/metrics?format=prometheus", headers=tenant.headers),
        web.get("/api/v1/metrics", headers={**tenant.headers, "Accept": "text/plain"}),
    ):
        assert response.content_type.startswith("text/plain")
        assert (
            'cci_http_requests_total{endpoint="/api/v1/whatsapp/message",method="POST",status="200"}' in response.text
        )


def test_a_tenant_sees_its_own_figures_and_an_operator_the_installation(
    application: Flask, app: Flask, web: FlaskClient, tenant: Tenant
) -> None:
    admin = make_tenant(f"admin-{os.urandom(4).hex()}", {Scope.ADMIN})
    talk(web, tenant, "+573000000001", "Bonjour")
    application.extensions["cci_metrics"].flush()
    asked = web.get("/api/v1/metrics?format=prometheus", headers=admin.headers)
    assert asked.status_code == 200
    # Nothing of anybody else: neither the message of the other organisation nor counters of the processes.
    assert "/api/v1/whatsapp/message" not in asked.text
    assert "cci_http_requests" not in asked.text
    assert "cci_organisation_replies 0.0" in asked.text
    web.get("/api/v1/admin/stats", headers=admin.headers)
    application.extensions["cci_metrics"].flush()
    own = web.get("/api/v1/metrics?format=prometheus", headers=admin.headers).text
    assert 'cci_organisation_requests{endpoint="/api/v1/admin/stats",method="GET"} 1.0' in own
    assert "/api/v1/whatsapp/message" in web.get("/api/v1/metrics?format=prometheus", headers=tenant.headers).text
    ready = web.get("/api/v1/health/ready", headers=admin.headers).json
    assert ready is not None
    assert ready["checks"]["postgresql"]["status"] == "ok"
    assert {check["latency_ms"] for check in ready["checks"].values()} == {None}
    assert {check["detail"] for check in ready["checks"].values()} == {None}


def test_stats_count_what_was_said(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    empty = web.get("/api/v1/admin/stats", headers=tenant.headers).json
    assert empty is not None
    assert empty["conversations"] == 0
    assert empty["completion_rate"] is None
    talk(web, tenant, "+573000000001", "Bonjour", "Oui, j'ai accédé à l'espace membre")
    talk(web, tenant, "+573000000002", "Hola, buenos días")
    log_conversations()
    stats = web.get("/api/v1/admin/stats", headers=tenant.headers).json
    assert stats is not None
    assert stats["users"] == stats["users_today"] == stats["conversations"] == 2
    assert stats["messages"] == stats["messages_today"] == 3
    assert stats["languages"] == {"fr": 1, "es": 1}
    assert stats["answers_by_question"] == {"1": 1}
    assert stats["completion_rate"] == 0.0
    assert stats["mean_messages"] == 1.5
    assert stats["not_logged"] == stats["log_errors"] == 0


def test_an_uploaded_workbook_becomes_the_contact_book(app: Flask, web: FlaskClient, tenant: Tenant) -> None:
    from celery_tasks.contacts import reload_contacts

    def company() -> Any:
        known = web.get("/api/v1/whatsapp/info/+573001234567", headers=tenant.headers).json
        return (known or {}).get("company")

    assert company() is None
    upload = (io.BytesIO(contacts(("300 123 45 67", "Una SAS"), ("nada", "Dos SAS"))), "contacts.xlsx")
    queued = web.post("/api/v1/admin/contacts/reload", data={"file": upload}, headers=tenant.headers)
    assert queued.status_code == 202
    assert queued.json is not None
    address = f"/api/v1/admin/jobs/{queued.json['id']}"
    before = web.get(address, headers=tenant.headers).json
    assert before is not None
    assert (before["state"], before["result"]) == ("queued", None)
    reload_contacts.run(queued.json["id"])
    done = web.get(address, headers=tenant.headers).json
    assert done is not None
    assert (done["state"], done["rows_done"], done["result"]["added"]) == ("done", 1, 1)
    assert done["result"]["bad_rows"] == [{"row": 3, "reason": "the phone has no digits"}]
    assert company() == "Una SAS"
    # And the next message knows who writes.
    payload = {"user_id": "+573001234567", "message": "Hola, buenos días"}
    reply = web.post("/api/v1/whatsapp/message", json=payload, headers=tenant.headers).json
    assert reply is not None
    assert "Una SAS" in reply["response"]
    assert reply["user_status"]["has_context"] is True
