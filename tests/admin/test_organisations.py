"""Organisations on the command line: their names, languages and time zones, and what exports make of those."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.exports.schedules import add_export_schedule
from cci_app.jobs.models import Schedule
from tests.conftest import Tenant
from tests.exports.conftest import NOON, add  # noqa: F401 (a fixture)
from tests.exports.orders import EVERY_DAY, made, read

Rows = Callable[..., list[dict[str, Any]]]
FIND = "SELECT name, language, timezone FROM organisations WHERE slug = :slug"


@pytest.fixture
def organisations(app: Flask) -> Callable[..., Result]:
    """Runs `flask organisations ...`."""
    return lambda *words: app.test_cli_runner().invoke(args=["organisations", *words])


def test_a_new_organisation_speaks_as_it_is_told_else_as_the_settings_say(
    app: Flask, organisations: Callable[..., Result], tenant: Tenant, rows: Rows
) -> None:
    told, untold = f"{tenant.slug}-told", f"{tenant.slug}-untold"
    done = organisations("create", told, "--name", "Lyon", "--language", "fr", "--timezone", "Europe/Paris")
    assert done.exit_code == 0, done.output
    assert rows(FIND, slug=told) == [{"name": "Lyon", "language": "fr", "timezone": "Europe/Paris"}]
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"organisation_language": "en", "tz": "America/Lima"})
    assert organisations("create", untold, "--name", "Lima").exit_code == 0
    app.config["SETTINGS"] = before
    assert rows(FIND, slug=untold) == [{"name": "Lima", "language": "en", "timezone": "America/Lima"}]


def test_what_is_not_named_stays(organisations: Callable[..., Result], tenant: Tenant, rows: Rows) -> None:
    done = organisations("set", tenant.slug, "--name", "Chambre de Lyon", "--language", "fr")
    assert done.exit_code == 0, done.output
    kept = {"name": "Chambre de Lyon", "language": "fr", "timezone": "America/Bogota"}
    assert rows(FIND, slug=tenant.slug) == [kept]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--timezone", "Mars/Olympus"), "there is no time zone Mars/Olympus"),
        (("--timezone", "America"), "there is no time zone America"),
        (("--timezone", "../etc/passwd"), "there is no time zone"),
        (("--language", "tlh"), "'en', 'es', 'fr'"),
        ((), "name what to change"),
    ],
)
def test_what_no_export_could_be_written_in_is_refused(
    organisations: Callable[..., Result], tenant: Tenant, rows: Rows, words: tuple[str, ...], told: str
) -> None:
    before = rows(FIND, slug=tenant.slug)
    done = organisations("set", tenant.slug, *words)
    assert done.exit_code != 0
    assert told in done.output
    assert "Traceback" not in done.output
    assert rows(FIND, slug=tenant.slug) == before
    if words:
        assert told in organisations("create", f"{tenant.slug}-new", "--name", "New", *words).output
        assert rows(FIND, slug=f"{tenant.slug}-new") == []


def test_an_organisation_that_is_not_there_is_named(organisations: Callable[..., Result]) -> None:
    done = organisations("set", "nowhere", "--language", "fr")
    assert (done.exit_code, "no organisation nowhere" in done.output) == (1, True)


def test_the_database_holds_no_zone_or_language_that_exports_do_not_know(tenant: Tenant) -> None:
    for wrong in ("timezone = 'Mars/Olympus'", "language = 'xx'"):
        with pytest.raises(sa.exc.DBAPIError), system_transaction() as session:
            session.execute(sa.text(f"UPDATE organisations SET {wrong} WHERE slug = :slug"), {"slug": tenant.slug})


def test_exports_follow_at_once(
    web: FlaskClient,
    tenant: Tenant,
    organisations: Callable[..., Result],
    add: Callable[..., Any],  # noqa: F811
) -> None:
    add(started_at=NOON)
    job = made(tenant)
    header, row = _csv(web, tenant)
    assert header.startswith("Usuario")
    assert "2026-01-15 12:00" in row
    done = organisations("set", tenant.slug, "--language", "fr", "--timezone", "Europe/Paris")
    assert done.exit_code == 0, done.output
    header, row = _csv(web, tenant)
    assert header.startswith("Utilisateur")
    assert "2026-01-15 18:00" in row
    # What was exported before is still the record.
    assert read(web, tenant, f"/api/v1/export/jobs/{job.id}/reconcile")["same"] is True


def test_a_schedule_keeps_its_hour_and_its_day(
    organisations: Callable[..., Result], tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    schedule = add_export_schedule(tenant.organisation_id, {**EVERY_DAY, "hour": 23})
    assert schedule.next_run_at == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert organisations("set", tenant.slug, "--timezone", "Europe/Paris").exit_code == 0
    with system_transaction() as session:
        assert session.get_one(Schedule, schedule.id).next_run_at == datetime(2026, 3, 1, 22, tzinfo=UTC)


def _csv(web: FlaskClient, tenant: Tenant) -> list[str]:
    response = web.get("/api/v1/export/conversations?format=csv", headers=tenant.headers, buffered=True)
    assert response.status_code == 200, response.text
    content: bytes = response.data
    return content.decode("utf-8-sig").splitlines()
