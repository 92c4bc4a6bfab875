"""The figures of a period, what waits, the jobs of all kinds, and a document's passages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.admin.overview.figures import Period, Span
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.jobs.models import Job, JobState
from tests.conftest import Tenant, make_tenant
from tests.exports.conftest import Add
from tests.knowledge.ready import make_document

# In Bogotá it is noon of a Thursday.
NOW = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def overview(web: FlaskClient, tenant: Tenant, **query: Any) -> Any:
    answer = web.get("/api/v1/admin/overview", query_string=query, headers=tenant.headers)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_an_empty_organisation_has_empty_figures(web: FlaskClient, tenant: Tenant) -> None:
    found = overview(web, tenant)
    assert (found["messages"], found["people"], found["p95_ms"], found["funnels"]) == (0, 0, None, [])
    assert len(found["series"]) == 7
    assert found["series"][0]["at"] == "2026-01-09T00:00:00-05:00"
    assert set(found["concerns"].values()) == {0}


def test_messages_people_and_times_are_counted_in_the_organisations_days(
    web: FlaskClient, tenant: Tenant, add: Add
) -> None:
    add(texts=["a", "b", "c"], times=[100, 200, 9000], started_at=NOW - timedelta(hours=2), user_id="+573000000001")
    # Yesterday in Bogotá, though today in London.
    add(texts=["d"], started_at=NOW - timedelta(hours=13), user_id="+573000000002")
    add(texts=["e", "f"], started_at=NOW - timedelta(days=10), user_id="+573000000003")
    day, week, month = (overview(web, tenant, period=period) for period in Period)
    assert [each["messages"] for each in (day, week, month)] == [3, 4, 6]
    assert [each["people"] for each in (day, week, month)] == [1, 2, 3]
    assert (day["messages_before"], week["messages_before"]) == (0, 2)
    assert (day["p50_ms"], day["p95_ms"], day["late"]) == (200, 9000, 1)
    assert day["share_within_8s"] == pytest.approx(2 / 3)
    assert {slot["at"]: slot["messages"] for slot in week["series"] if slot["messages"]} == {
        "2026-01-14T00:00:00-05:00": 1,
        "2026-01-15T00:00:00-05:00": 3,
    }
    assert {slot["at"] for slot in day["series"] if slot["messages"]} == {"2026-01-15T10:00:00-05:00"}


def test_the_funnel_tells_who_answered_what_and_where_people_stand(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    moment = NOW - timedelta(days=1)
    add(answers=["sí"] * 7, started_at=moment, completed_at=NOW, detected_language="fr")
    add(answers=["sí", "no"], started_at=moment, current_question=3)
    add(answers=[], started_at=moment, current_question=1, ended_at=NOW)
    found = overview(web, tenant, language="fr")
    (funnel,) = found["funnels"]
    assert (funnel["conversations"], funnel["completed"]) == (3, 1)
    assert [step["answered"] for step in funnel["questions"]] == [2, 2, 1, 1, 1, 1, 1]
    assert [step["stopped"] for step in funnel["questions"]] == [1, 0, 1, 0, 0, 0, 0]
    assert all(step["topic"] for step in funnel["questions"])
    assert found["states"] == {"completed": 1, "in_progress": 1, "abandoned": 1}
    assert found["languages"] == {"es": 2, "fr": 1}


def test_a_desk_tells_what_people_come_for_and_when(web: FlaskClient, tenant: Tenant) -> None:
    for person, said in (("+573000000001", "Bonjour"), ("+573000000001", "3"), ("+573000000002", "humain")):
        sent = {"user_id": person, "assistant": "concierge", "message": said}
        assert web.post("/api/v1/whatsapp/message", headers=tenant.headers, json=sent).status_code == 200
    with tenant_transaction(tenant.organisation_id) as session:
        # In Bogotá at nine in the morning.
        moved = sa.text("UPDATE webhook_events SET received_at = :at WHERE assistant = 'concierge'")
        session.execute(moved, {"at": NOW - timedelta(hours=3)})
    (desk,) = overview(web, tenant)["desks"]
    counted = {each["code"]: (each["messages"], each["people"]) for each in desk["services"]}
    assert counted == {"RENSEIGNEMENT": (0, 0), "CATECHESE": (0, 0), "CONTACT_HUMAIN": (2, 2)}
    # The greeting, too, was written at some hour.
    assert (desk["hours"][9], sum(desk["hours"])) == (3, 3)
    assert overview(web, make_tenant("org-without-desk"))["desks"] == []


def test_a_day_of_a_changed_clock_begins_at_its_midnight() -> None:
    # Paris put its clocks forward in the night before; the day before that had 24 hours all the same.
    span = Span.of(Period.DAY, ZoneInfo("Europe/Paris"), datetime(2026, 3, 29, 12, 0, tzinfo=UTC))
    assert span.begin.isoformat() == "2026-03-29T00:00:00+01:00"
    assert span.before.isoformat() == "2026-03-28T00:00:00+01:00"


def test_what_waits_and_what_failed_is_told(web: FlaskClient, tenant: Tenant) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        for state in (JobState.FAILED, JobState.QUEUED, JobState.DONE):
            session.add(
                Job(
                    organisation_id=tenant.organisation_id,
                    kind="exports.run",
                    state=state,
                    created_at=NOW - timedelta(hours=1),
                )
            )
    concerns = overview(web, tenant)["concerns"]
    assert (concerns["jobs_failed"], concerns["jobs_open"]) == (1, 1)
    system: Any = web.get("/api/v1/admin/system", headers=tenant.headers).json
    assert system["checks"]["postgresql"]["status"] == "ok"
    assert system["jobs"] == {"queued": 1, "running": 0}
    assert set(system["queues"]) == {"turns", "log", "jobs"}


def test_jobs_of_all_kinds_are_listed(web: FlaskClient, tenant: Tenant) -> None:
    with tenant_transaction(tenant.organisation_id) as session:
        for kind in ("exports.run", "contacts.reload", "knowledge.ingest"):
            session.add(Job(organisation_id=tenant.organisation_id, kind=kind, state=JobState.DONE))
    page: Any = web.get("/api/v1/admin/jobs?limit=2", headers=tenant.headers).json
    rest: Any = web.get(f"/api/v1/admin/jobs?limit=2&before={page['next']}", headers=tenant.headers).json
    assert {job["kind"] for job in [*page["jobs"], *rest["jobs"]]} == {
        "exports.run",
        "contacts.reload",
        "knowledge.ingest",
    }
    assert rest["next"] is None
    only: Any = web.get("/api/v1/admin/jobs?kind=exports.run", headers=tenant.headers).json
    assert [job["kind"] for job in only["jobs"]] == ["exports.run"]


def test_a_document_is_shown_as_it_was_read(web: FlaskClient, tenant: Tenant) -> None:
    document = make_document(tenant, "Visas", "Nous suivons les visas.", "Et les séjours.")
    address = f"/api/v1/knowledge/documents/{document.id}/passages"
    first: Any = web.get(f"{address}?limit=1", headers=tenant.headers).json
    rest: Any = web.get(f"{address}?limit=1&after={first['next']}", headers=tenant.headers).json
    assert [each["text"] for each in (*first["passages"], *rest["passages"])] == [
        "Nous suivons les visas.",
        "Et les séjours.",
    ]
    assert rest["next"] is None
