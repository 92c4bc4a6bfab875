"""Zendesk: a round trip without echo, both writers at once, waits, a closed ticket, and an answer that never came."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.coordination.comments import add_comment, list_comments
from cci_app.coordination.finding import show_task
from cci_app.coordination.projects import find_project
from cci_app.coordination.tasks import change_task
from cci_app.coordination.zendesk.bringing import bring_together
from cci_app.core import clock
from cci_app.integrations.accounts import integrations
from tests.conftest import Tenant
from tests.coordination.test_api import Client
from tests.coordination.work import give, make_project
from tests.fakes.zendesk import EMAIL, TOKEN, FakeZendesk

Rows = Callable[..., list[dict[str, Any]]]


class Bridge:
    """The organisation's side: rounds, each a while after the one before."""

    def __init__(self, tenant: Tenant, web: FlaskClient, project_id: int) -> None:
        self.whose, self.project_id, self.call = tenant.organisation_id, project_id, Client(web, tenant)
        self._rounds = 0

    def round(self) -> None:
        self._rounds += 1
        assert bring_together(self.whose, clock.now() + timedelta(minutes=11 * self._rounds))

    def task(self, ticket_id: int) -> dict[str, Any]:
        items = self.call("GET", "/integrations/history?type=zendesk")["items"]
        found = next(each["task_id"] for each in items if each["external_id"] == str(ticket_id))
        return show_task(self.whose, found)


@pytest.fixture
def zendesk() -> Iterator[FakeZendesk]:
    with FakeZendesk() as service:
        yield service


@pytest.fixture
def bridge(
    app: Flask, tenant: Tenant, web: FlaskClient, zendesk: FakeZendesk, monkeypatch: pytest.MonkeyPatch
) -> Bridge:
    loopback = app.config["SETTINGS"].model_copy(update={"fetch_loopback": True})
    monkeypatch.setitem(app.config, "SETTINGS", loopback)
    project = make_project(tenant, "Soporte")
    settings = {"domain": zendesk.domain, "email": EMAIL, "project_id": str(project.id)}
    integrations.add(tenant.organisation_id, "zendesk", "main", settings, {"api_token": TOKEN})
    return Bridge(tenant, web, project.id)


def test_a_round_trip_without_echo(bridge: Bridge, zendesk: FakeZendesk) -> None:
    bridge.round()
    number = zendesk.open_ticket("No puedo entrar", "Desde ayer.", priority="urgent")
    bridge.round()
    task = bridge.task(number)
    assert (task["title"], task["status"], task["priority"]) == ("No puedo entrar", "todo", "high")
    assert task["description"] == "Desde ayer."
    assert list_comments(bridge.whose, task["id"]) == []
    change_task(bridge.whose, task["id"], {"status": "in_progress"})
    add_comment(bridge.whose, task["id"], "Lo miro hoy.")
    bridge.round()
    assert zendesk.tickets[number]["status"] == "open"
    assert zendesk.texts(number)[1].endswith("Lo miro hoy.")
    assert zendesk.comments[number][1]["public"] is False
    zendesk.say(number, "Gracias")
    zendesk.change(number, status="solved")
    bridge.round()
    assert bridge.task(number)["status"] == "done"
    assert [each.content for each in list_comments(bridge.whose, task["id"])] == ["Gracias", "Lo miro hoy."]
    writes, version = len(zendesk.writes), bridge.task(number)["version"]
    for _ in range(3):
        bridge.round()
    assert (len(zendesk.writes), bridge.task(number)["version"]) == (writes, version)
    assert writes == 2


def test_a_task_becomes_a_ticket_once(bridge: Bridge, zendesk: FakeZendesk, tenant: Tenant) -> None:
    task = give(tenant, find_project(bridge.whose, bridge.project_id), "Portada", description="En dos idiomas")
    zendesk.breaks_writes = 1
    bridge.call("POST", "/integrations/zendesk/tickets", 503, json={"task_id": task.id})
    made = bridge.call("POST", "/integrations/zendesk/tickets", 201, json={"task_id": task.id})
    assert bridge.call("POST", "/integrations/zendesk/tickets", json={"task_id": task.id}) == made
    assert zendesk.texts(made["ticket_id"]) == ["En dos idiomas"]
    bridge.round()
    bridge.round()
    assert len(zendesk.tickets) == 1
    assert list_comments(bridge.whose, task.id) == []
    page = bridge.call("GET", "/integrations/zendesk/tickets?limit=1")
    assert (page["items"][0]["task_id"], page["next"]) == (task.id, None)


def test_of_two_who_change_the_same_the_later_has_it(bridge: Bridge, zendesk: FakeZendesk) -> None:
    bridge.round()
    number = zendesk.open_ticket("Uno", "Texto")
    bridge.round()
    task = bridge.task(number)
    zendesk.change(number, subject="Dos", priority="high")
    change_task(bridge.whose, task["id"], {"title": "Tres"})
    bridge.round()
    # The task was changed last: its title stays, and what only they changed is taken in.
    assert (bridge.task(number)["title"], bridge.task(number)["priority"]) == ("Tres", "high")
    assert zendesk.tickets[number]["subject"] == "Tres"


def test_it_waits_as_long_as_it_is_asked_to(bridge: Bridge, zendesk: FakeZendesk, rows: Rows) -> None:
    now = clock.now()
    zendesk.refuses = [(429, 300)]
    assert bring_together(bridge.whose, now)
    assert zendesk.reads == 0
    assert not bring_together(bridge.whose, now + timedelta(seconds=299))
    assert bring_together(bridge.whose, now + timedelta(seconds=300))
    assert zendesk.reads > 0
    (row,) = rows("SELECT error FROM sync_positions WHERE organisation_id = :id", id=bridge.whose)
    assert row["error"] is None


def test_a_comment_whose_answer_never_came_is_not_written_twice(bridge: Bridge, zendesk: FakeZendesk) -> None:
    bridge.round()
    number = zendesk.open_ticket("Uno", "Texto")
    bridge.round()
    add_comment(bridge.whose, bridge.task(number)["id"], "Hola")
    zendesk.breaks_writes = 1
    bridge.round()
    assert zendesk.breaks_writes == 0
    bridge.round()
    bridge.round()
    assert len([text for text in zendesk.texts(number) if text.endswith("Hola")]) == 1


def test_a_closed_ticket_is_left_alone(bridge: Bridge, zendesk: FakeZendesk) -> None:
    bridge.round()
    number = zendesk.open_ticket("Uno", "Texto")
    bridge.round()
    zendesk.change(number, status="closed")
    bridge.round()
    change_task(bridge.whose, bridge.task(number)["id"], {"title": "Otra"})
    bridge.round()
    writes = len(zendesk.writes)
    bridge.round()
    assert (len(zendesk.writes), zendesk.tickets[number]["subject"]) == (writes, "Uno")


def test_rubbish_is_passed_over(bridge: Bridge, zendesk: FakeZendesk) -> None:
    bridge.round()
    number = zendesk.open_ticket("", "\x00")
    zendesk.tickets[999] = {"id": "x"}
    zendesk._changes += [999, number, number]
    bridge.round()
    assert bridge.task(number)["title"] == f"Ticket {number}"


def test_a_token_that_does_not_hold_is_told(bridge: Bridge, zendesk: FakeZendesk, tenant: Tenant, rows: Rows) -> None:
    integrations.remove(tenant.organisation_id, "zendesk", "main")
    settings = {"domain": zendesk.domain, "email": EMAIL}
    integrations.add(tenant.organisation_id, "zendesk", "main", settings, {"api_token": "another"})
    bridge.round()
    (row,) = rows("SELECT error FROM sync_positions WHERE organisation_id = :id", id=bridge.whose)
    assert "ZENDESK_API_TOKEN" in row["error"]
    bridge.call("GET", "/integrations/zendesk/tickets", 409)
