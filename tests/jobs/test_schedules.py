"""Jobs of any kind again and again: each run once, by the organisation's clock, with what its kind asks."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from cci_app.admin.schedules import PAYLOADS
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.core.errors import Conflict, NotFound
from cci_app.core.queue import Task
from cci_app.jobs import asking, schedules
from cci_app.jobs.limits import Limit
from cci_app.jobs.models import Job, Schedule
from cci_app.jobs.schedules import add_schedule, ask_due, change_schedule, list_schedules, remove_schedule
from tests.conftest import Tenant, make_tenant

WHEN: dict[str, Any] = {"name": "Again", "frequency": "daily", "hour": 6, "weekday": 1, "month_day": 1, "active": True}
SITE = {"url": "https://www.example.org/", "depth": 1, "pages": 5, "language": None, "assistant": ""}


@pytest.fixture(autouse=True)
def _no_other_schedules(app: Flask) -> None:
    with system_transaction() as session:
        session.execute(sa.delete(Schedule))


@pytest.fixture
def command(app: Flask, tenant: Tenant) -> Callable[..., Result]:
    """Runs `flask schedules ...` for the tenant."""
    return lambda *words: app.test_cli_runner().invoke(args=["schedules", *words, "--organisation", tenant.slug])


def at(monkeypatch: pytest.MonkeyPatch, *moment: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(*moment, tzinfo=UTC))  # type: ignore[misc,arg-type]


def asked(organisation_id: int) -> list[tuple[str, dict[str, Any]]]:
    with system_transaction() as session:
        jobs = session.scalars(sa.select(Job).where(Job.organisation_id == organisation_id).order_by(Job.created_at))
        return [(job.kind, job.payload) for job in jobs]


def test_each_kind_gets_what_it_asks(organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    site = add_schedule(organisation_id, Task.CRAWL_SITE, {**WHEN, "payload": SITE})
    book = add_schedule(organisation_id, Task.RELOAD_CONTACTS, {**WHEN, "hour": 7, "payload": {}})
    assert ask_due(PAYLOADS) == 0
    at(monkeypatch, 2026, 3, 2, 13)
    assert ask_due(PAYLOADS) == 2
    assert asked(organisation_id) == [
        ("knowledge.crawl", {**SITE, "schedule_id": str(site.id)}),
        ("contacts.reload", {"schedule_id": str(book.id)}),
    ]
    assert ask_due(PAYLOADS) == 0


def test_a_kind_may_be_told_the_day_where_its_people_are(organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    add_schedule(organisation_id, Task.CRAWL_SITE, {**WHEN, "hour": 23, "payload": {}})
    days: list[date] = []

    def told(_: Schedule, on: date) -> dict[str, Any]:
        days.append(on)
        return {}

    at(monkeypatch, 2026, 3, 2, 5)
    assert ask_due({Task.CRAWL_SITE: told}) == 1
    # In Bogotá it is still the first.
    assert days == [date(2026, 3, 1)]


def test_a_kind_that_nobody_knows_waits(organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    add_schedule(organisation_id, Task.CRAWL_SITE, {**WHEN, "payload": SITE})
    at(monkeypatch, 2026, 3, 2, 12)
    assert ask_due({}) == 0
    assert ask_due(PAYLOADS) == 1


def test_an_organisation_with_too_much_to_do_is_asked_later_and_delays_nobody(
    organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 3, 1, 12)
    add_schedule(organisation_id, Task.CRAWL_SITE, {**WHEN, "payload": SITE})
    other = make_tenant(f"other-{uuid.uuid4().hex[:8]}").organisation_id
    add_schedule(other, Task.CRAWL_SITE, {**WHEN, "hour": 7, "payload": SITE})
    monkeypatch.setattr(asking, "limit_of", lambda _: Limit(open=1))
    asking.ask(organisation_id, Task.CRAWL_SITE, SITE)
    at(monkeypatch, 2026, 3, 2, 13)
    assert ask_due(PAYLOADS) == 1
    assert len(asked(other)) == 1
    with system_transaction() as session:
        session.execute(sa.delete(Job))
    assert ask_due(PAYLOADS) == 1
    assert len(asked(organisation_id)) == 1


def test_one_kind_does_not_touch_another(organisation_id: int) -> None:
    site = add_schedule(organisation_id, Task.CRAWL_SITE, {**WHEN, "payload": SITE})
    assert list_schedules(organisation_id, Task.EXPORT) == []
    assert [each.id for each in list_schedules(organisation_id)] == [site.id]
    for refused in (
        lambda: change_schedule(organisation_id, Task.EXPORT, site.id, {"hour": 1}),
        lambda: remove_schedule(organisation_id, Task.EXPORT, site.id),
        lambda: remove_schedule(make_tenant("not-mine").organisation_id, None, site.id),
    ):
        with pytest.raises(NotFound):
            refused()
    remove_schedule(organisation_id, None, site.id)
    assert list_schedules(organisation_id) == []


def test_there_is_an_end_to_schedules(organisation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "MOST", 1)
    add_schedule(organisation_id, Task.CRAWL_SITE, {**WHEN, "payload": SITE})
    with pytest.raises(Conflict, match="remove one first"):
        add_schedule(organisation_id, Task.EXPORT, {**WHEN, "payload": {}})


def test_schedules_by_command(command: Callable[..., Result], tenant: Tenant) -> None:
    made = command("crawl", "https://www.example.org/a", "--frequency", "weekly", "--weekday", "3", "--depth", "1")
    assert made.exit_code == 0, made.output
    (schedule,) = list_schedules(tenant.organisation_id)
    assert (schedule.kind, schedule.frequency, schedule.weekday) == ("knowledge.crawl", "weekly", 3)
    assert schedule.payload == {**SITE, "url": "https://www.example.org/a", "pages": 50}
    assert f"{schedule.id}  knowledge.crawl  weekly  next" in command("list").output
    assert command("remove", str(schedule.id)).exit_code == 0
    assert list_schedules(tenant.organisation_id) == []
    for refused, why in (
        (("crawl", "http://www.example.org/"), "https"),
        (("crawl", "https://www.example.org/", "--pages", "9999"), "cannot be read"),
        (("reload-contacts",), "CONTACTS_EXCEL_PATH"),
        (("remove", str(uuid.uuid4())), "no such schedule"),
    ):
        answer = command(*refused)
        assert answer.exit_code != 0
        assert why in answer.output
