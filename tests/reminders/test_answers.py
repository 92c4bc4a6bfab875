"""Whoever is reminded where an assistant listens says that they are on it, in their words, and nobody else is told."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.channels.accounts import channel_accounts, forget_accounts
from cci_app.coordination.monitor.watching import look
from cci_app.core import clock
from cci_app.reminders.sending import carry_all
from tests.conftest import Tenant
from tests.coordination.work import give, make_person, make_project
from tests.fakes.telegram import SECRET, TOKEN

# A Wednesday, ten in the morning in Bogotá.
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture(params=["coordinator", "cci"])
def bot(tenant: Tenant, app: Flask, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """A bot that leads to an assistant."""
    settings = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    of_bot = {"base_url": "http://127.0.0.1:9"}, {"token": TOKEN, "secret": SECRET}
    channel_accounts.add(tenant.organisation_id, "telegram", "main", *of_bot, assistant=request.param)
    forget_accounts()
    yield request.param
    channel_accounts.remove(tenant.organisation_id, "telegram", "main")
    forget_accounts()


def told(rows: Rows, tenant: Tenant) -> list[str]:
    found = rows("SELECT part FROM outbound_messages WHERE organisation_id = :o ORDER BY id", o=tenant.organisation_id)
    return [row["part"]["text"] for row in found]


def test_words_on_the_channel_stop_the_escalation(
    app: Flask, web: FlaskClient, tenant: Tenant, bot: str, rows: Rows
) -> None:
    bruno = make_person(tenant, "Bruno Díaz", reach=[{"via": "telegram", "to": "4712"}])
    ana = make_person(tenant, reach=[{"via": "telegram", "to": "4711"}])
    project = make_project(tenant, manager_id=bruno.id)
    task = give(tenant, project, "Diseño", assignee_id=ana.id, due_date=date(2026, 3, 3))
    look(tenant.organisation_id, NOW)
    carry_all(tenant.organisation_id, NOW)
    (text,) = told(rows, tenant)
    assert ("Responda «voy»" in text) is (bot == "coordinator")
    if bot != "coordinator":
        return
    assistant: Any = app.extensions["cci_conversation"].catalogue.find(tenant.organisation_id, bot)
    assistant._router.learning.learnt()
    assistant.agents["coordinador"]._reader.learning.learnt()
    answers: list[str] = []
    for user_id in ("telegram:4712", "telegram:4711", "telegram:4711"):
        body = {"user_id": user_id, "message": "ya estoy en eso, gracias", "assistant": bot}
        answer = web.post(
            "/api/v1/whatsapp/message", json={**body, "message_id": f"m{len(answers)}"}, headers=tenant.headers
        )
        answers.append(answer.json["response"])  # type: ignore[index]
    assert "no hay ningún recordatorio abierto" in answers[0]
    assert f"queda usted a cargo de «Diseño» (#{task.id})" in answers[1]
    assert "no hay ningún recordatorio abierto" in answers[2]
    (alert,) = rows(
        "SELECT acknowledged_by, acknowledged_until FROM task_alerts WHERE organisation_id = :o AND cause = 'late'",
        o=tenant.organisation_id,
    )
    assert alert["acknowledged_by"] == "Ana Pérez"
    assert alert["acknowledged_until"] is not None
    later = clock.now() + timedelta(hours=1)
    look(tenant.organisation_id, later)
    carry_all(tenant.organisation_id, later)
    assert len(told(rows, tenant)) == 1
