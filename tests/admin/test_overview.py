"""The figures of a period, what waits, the jobs of all kinds, and a document's passages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cci_app.admin.organisation.settings import change_settings
from cci_app.admin.overview import days
from cci_app.admin.overview.days import KEPT_DAYS, count_days
from cci_app.admin.overview.figures import Period, Span
from cci_app.admin.overview.models import MessageDay
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


def add_a_month(add: Add) -> None:
    """People of some days, one of them on several, and one who came back the month after."""
    for back, user_id, times in (
        (0, "+573000000001", [100, 9000]),
        (1, "+573000000001", [300]),
        (1, "+573000000002", [700, 700, 800]),
        (12, "+573000000003", [50]),
        (12, "+573000000001", [8000, 8001]),
        (31, "+573000000004", [10]),
        (45, "+573000000003", [20, 30]),
    ):
        add(texts=["x"] * len(times), times=times, started_at=NOW - timedelta(days=back, hours=2), user_id=user_id)


def test_days_that_were_counted_change_no_figure(
    web: FlaskClient, tenant: Tenant, add: Add, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    add_a_month(add)
    whole = [overview(web, tenant, period=period) for period in Period]
    assert count_days(tenant.organisation_id) == KEPT_DAYS
    assert count_days(tenant.organisation_id) == 0
    assert [overview(web, tenant, period=period) for period in Period] == whole
    month = whole[-1]
    assert (month["messages"], month["people"], month["messages_before"], month["people_before"]) == (9, 3, 3, 2)
    assert (month["p50_ms"], month["p95_ms"]) == (700, 9000)
    # The count is what is read of a day that is over, and no number stands in it.
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.update(MessageDay).values(messages=MessageDay.messages + 1))
    assert overview(web, tenant, period="month")["messages"] == 9 + 29
    assert "57300" not in str(rows("SELECT * FROM message_days"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE conversations SET response_time_ms = 1 WHERE user_id = '+573000000003'",
        "DELETE FROM conversations WHERE user_id = '+573000000003'",
    ],
)
def test_a_day_is_counted_again_where_its_messages_change(
    web: FlaskClient, tenant: Tenant, add: Add, change: str
) -> None:
    add_a_month(add)
    other = make_tenant(f"other-{tenant.slug}")
    for each in (tenant, other):
        count_days(each.organisation_id)
    with tenant_transaction(tenant.organisation_id) as session:
        session.execute(sa.text(change))
    assert counted(tenant) == KEPT_DAYS - 2
    assert counted(other) == KEPT_DAYS
    changed = overview(web, tenant, period="month")
    assert changed["messages"] == (8 if "DELETE" in change else 9)
    assert count_days(tenant.organisation_id) == 2
    assert overview(web, tenant, period="month") == changed
    # Somebody's message of a day that is over, written late.
    add(texts=["z"], started_at=NOW - timedelta(days=5), user_id="+573000000009")
    assert counted(tenant) == KEPT_DAYS - 1
    assert overview(web, tenant, period="month")["messages"] == changed["messages"] + 1


def test_days_are_those_of_the_time_zone(web: FlaskClient, tenant: Tenant, add: Add) -> None:
    add_a_month(add)
    count_days(tenant.organisation_id)
    with tenant_transaction(tenant.organisation_id) as session:
        change_settings(session, tenant.organisation_id, {"timezone": "Asia/Kathmandu"})
    elsewhere = [overview(web, tenant, period=period) for period in Period]
    assert count_days(tenant.organisation_id) == KEPT_DAYS
    assert counted(tenant) == KEPT_DAYS
    assert [overview(web, tenant, period=period) for period in Period] == elsewhere


def test_a_day_waits_until_what_belongs_to_it_is_written(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    # In Bogotá it is half past midnight.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 15, 5, 30, tzinfo=UTC))
    count_days(tenant.organisation_id)
    assert counted(tenant) == KEPT_DAYS - 1


def test_every_organisations_days_are_counted(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of all organisations that other tests left behind as well.
    monkeypatch.setattr(days, "KEPT_DAYS", 2)
    other = make_tenant(f"other-{tenant.slug}")
    assert count_days() >= 2 * 2
    assert counted(tenant) == counted(other) == 2


def counted(tenant: Tenant) -> int:
    with tenant_transaction(tenant.organisation_id) as session:
        return session.scalars(sa.select(sa.func.count()).select_from(MessageDay)).one()


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
