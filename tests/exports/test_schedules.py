"""Scheduled exports: each run once, at the hour of the organisation's people, of the right days."""

import threading
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.models import Organisation
from cci_app.admin.schedules import PAYLOADS
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.exports.job import KIND, run_export
from cci_app.exports.schedules import add_export_schedule, window
from cci_app.jobs.models import Frequency, Job, Schedule
from cci_app.jobs.schedules import ask_due
from tests.conftest import Tenant, make_tenant
from tests.exports.orders import EVERY_DAY, read

SCHEDULES = "/api/v1/export/schedules"


@pytest.fixture(autouse=True)
def _no_other_schedules(app: Flask) -> None:
    with system_transaction() as session:
        session.execute(sa.delete(Schedule))


def at(monkeypatch: pytest.MonkeyPatch, *moment: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(*moment, tzinfo=UTC))  # type: ignore[misc,arg-type]


def jobs_of(tenant: Tenant) -> list[dict[str, Any]]:
    with system_transaction() as session:
        jobs = session.scalars(
            sa.select(Job).where(Job.organisation_id == tenant.organisation_id, Job.kind == KIND)
        ).all()
    return sorted((job.payload for job in jobs), key=lambda payload: payload["filters"]["start_date"])


def test_a_daily_export_is_asked_for_once_by_two_beats(
    app: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    schedule = add_export_schedule(tenant.organisation_id, EVERY_DAY)
    assert schedule.next_run_at == datetime(2026, 3, 2, 11, tzinfo=UTC)  # six in the morning in Bogotá
    assert ask_due(PAYLOADS) == 0
    at(monkeypatch, 2026, 3, 2, 11, 0, 30)
    asked: list[int] = []

    def beat() -> None:
        with app.app_context():
            asked.append(ask_due(PAYLOADS))

    beats = [threading.Thread(target=beat) for _ in range(4)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()
    assert sorted(asked) == [0, 0, 0, 1]
    assert [payload["filters"] for payload in jobs_of(tenant)] == [
        {"start_date": "2026-03-01", "end_date": "2026-03-01"}
    ]


def test_a_job_names_the_schedule_that_asked_for_it(
    web: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    body = {name: value for name, value in EVERY_DAY.items() if name != "active"}
    schedule = web.post(SCHEDULES, json=body, headers=tenant.headers).json
    # The same moment in the same form, whether it was just computed or kept.
    assert schedule is not None
    assert schedule["next_run_at"] == "2026-03-02T11:00:00+00:00"
    assert [kept["next_run_at"] for kept in read(web, tenant, SCHEDULES)] == [schedule["next_run_at"]]
    at(monkeypatch, 2026, 3, 2, 12)
    assert ask_due(PAYLOADS) == 1
    (job,) = read(web, tenant, "/api/v1/export/jobs")["jobs"]
    assert job["schedule_id"] == schedule["id"]
    run_export(uuid.UUID(job["id"]))
    assert read(web, tenant, f"/api/v1/export/jobs/{job['id']}")["state"] == "done"


def test_missed_runs_are_made_up_for(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    add_export_schedule(tenant.organisation_id, EVERY_DAY)
    at(monkeypatch, 2026, 3, 4, 12)
    assert [ask_due(PAYLOADS) for _ in range(4)] == [1, 1, 1, 0]
    assert [payload["filters"]["start_date"] for payload in jobs_of(tenant)] == [
        "2026-03-01",
        "2026-03-02",
        "2026-03-03",
    ]


def test_the_hour_is_that_of_the_organisation(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with system_transaction() as session:
        here = sa.update(Organisation).where(Organisation.id == tenant.organisation_id)
        session.execute(here.values(timezone="Europe/Paris"))
    at(monkeypatch, 2026, 3, 27, 12)
    schedule = add_export_schedule(tenant.organisation_id, EVERY_DAY)
    assert schedule.next_run_at == datetime(2026, 3, 28, 5, tzinfo=UTC)
    at(monkeypatch, 2026, 3, 28, 12)
    ask_due(PAYLOADS)
    with system_transaction() as session:
        moved = session.get(Schedule, schedule.id)
        assert moved is not None
        assert moved.next_run_at == datetime(2026, 3, 29, 4, tzinfo=UTC)  # summer time began in the night


@pytest.mark.parametrize(
    ("frequency", "on", "expected"),
    [
        (Frequency.DAILY, date(2026, 3, 1), (date(2026, 2, 28), date(2026, 2, 28))),
        (Frequency.WEEKLY, date(2026, 3, 2), (date(2026, 2, 23), date(2026, 3, 1))),
        (Frequency.MONTHLY, date(2026, 3, 5), (date(2026, 2, 1), date(2026, 2, 28))),
        (Frequency.MONTHLY, date(2026, 1, 1), (date(2025, 12, 1), date(2025, 12, 31))),
    ],
)
def test_a_run_exports_the_days_before(frequency: Frequency, on: date, expected: tuple[date, date]) -> None:
    assert window(frequency, on) == expected


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [("weekly", datetime(2026, 3, 4, 11, tzinfo=UTC)), ("monthly", datetime(2026, 4, 1, 11, tzinfo=UTC))],
)
def test_weeks_and_months_run_on_their_day(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, frequency: str, expected: datetime
) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    assert (
        add_export_schedule(tenant.organisation_id, {**EVERY_DAY, "frequency": frequency, "weekday": 3}).next_run_at
        == expected
    )


def test_schedules_through_the_api(web: FlaskClient, tenant: Tenant) -> None:
    body = {"name": "Cada lunes", "frequency": "weekly", "format": "csv", "filters": {"status": "completed"}}
    made = web.post(SCHEDULES, json=body, headers=tenant.headers)
    assert made.status_code == 201
    one = made.json
    assert one is not None
    assert (one["hour"], one["weekday"], one["active"], one["filters"]) == (6, 1, True, {"status": "completed"})
    address = f"{SCHEDULES}/{one['id']}"
    changed = web.put(address, json={**body, "hour": 8, "active": False}, headers=tenant.headers)
    assert changed.json is not None
    assert (changed.json["hour"], changed.json["active"]) == (8, False)
    assert [schedule["id"] for schedule in read(web, tenant, SCHEDULES)] == [one["id"]]
    other = make_tenant("schedules-other")
    assert read(web, other, SCHEDULES) == []
    assert web.delete(address, headers=other.headers).status_code == 404
    assert web.put(address, json=body, headers=other.headers).status_code == 404
    assert web.delete(address, headers=tenant.headers).status_code == 200
    assert read(web, tenant, SCHEDULES) == []


@pytest.mark.parametrize(
    "change",
    [
        {"frequency": "hourly"},
        {"hour": 24},
        {"hour": 6.5},
        {"hour": True},
        {"hour": "6"},
        {"active": 1},
        {"weekday": 0},
        {"month_day": 29},
        {"filters": {"start_date": "2026-01-01"}},
        {"name": " "},
    ],
)
def test_a_bad_schedule_is_refused(web: FlaskClient, tenant: Tenant, change: dict[str, Any]) -> None:
    body = {"name": "Daily", "frequency": "daily", **change}
    assert web.post(SCHEDULES, json=body, headers=tenant.headers).status_code == 422


def test_a_number_too_large_is_no_hour(web: FlaskClient, tenant: Tenant) -> None:
    body = b'{"name": "Daily", "frequency": "daily", "hour": 1e999}'
    answer = web.post(SCHEDULES, data=body, content_type="application/json", headers=tenant.headers)
    assert answer.status_code == 422
