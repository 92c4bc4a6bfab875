"""A CRM: a round trip without echo, both writers at once, pages, rubbish, limits, and a making without an answer."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.coordination.crm.bringing import bring_crm_together
from cci_app.coordination.tasks import change_task, remove_task
from cci_app.core.errors import InvalidInput
from cci_app.integrations.accounts import integrations
from cci_app.integrations.crm import mapping as mappings
from tests.conftest import Tenant
from tests.coordination.crm_bridge import Bridge, join, make_bridge
from tests.coordination.work import give, make_project
from tests.fakes.crm import SECRET, FakeCrm

Rows = Callable[..., list[dict[str, Any]]]
Sides = tuple[Bridge, FakeCrm]


@pytest.fixture
def sides(app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sides]:
    bridge, crm = make_bridge(app, tenant, web, monkeypatch, "crm")
    with crm:
        join(bridge, crm, "rest")
        yield bridge, crm


def without(monkeypatch: pytest.MonkeyPatch, *parts: str) -> None:
    """Have the CRM be one whose mapping does not speak of these."""
    read = mappings.mapping_named("rest")
    places = read.records.model_copy(update={"key": None} if "find" in parts else {})
    changed = read.model_copy(update={**dict.fromkeys(parts), "records": places})
    monkeypatch.setattr("cci_app.integrations.kinds.mapping_named", lambda _: changed)


def test_a_round_trip_without_echo(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add(subject="Llamar a Ana", notes="Mañana", status_code=4, priority=5, due_on="2026-06-30")
    assert bridge.round() is None
    task = bridge.tasks()[name]
    assert (task["title"], task["description"], str(task["due_date"])) == ("Llamar a Ana", "Mañana", "2026-06-30")
    assert (task["status"], task["priority"]) == ("in_progress", "high")
    change_task(bridge.whose, task["id"], {"title": "Llamar a Bea", "due_date": None})
    bridge.round()
    assert crm.writes == [("PATCH", f"/tasks/{name}", {"subject": "Llamar a Bea", "due_on": None})]
    # The status was not written: 4 means the same as ever.
    assert crm.records[name]["status_code"] == 4
    crm.change(name, status_code=52)
    bridge.round()
    assert bridge.tasks()[name]["status"] == "done"
    version = bridge.tasks()[name]["version"]
    for _ in range(3):
        bridge.round()
    assert (len(crm.writes), bridge.tasks()[name]["version"]) == (1, version)
    assert crm.records[name]["status_code"] == 52
    assert bridge.conflicts() == []


def test_a_new_task_becomes_a_record_once(sides: Sides, tenant: Tenant) -> None:
    bridge, crm = sides
    task = give(tenant, bridge.project, "Propuesta", priority="high")
    bridge.round()
    bridge.round()
    ((method, path, body),) = crm.writes
    assert (method, path) == ("POST", "/tasks")
    assert (body["source"], body["external_ref"], body["subject"]) == ("cci-app", f"task {task.id}", "Propuesta")
    assert (body["status_code"], body["priority"]) == (1, 4)
    (name,) = crm.records
    assert bridge.tasks()[name]["id"] == task.id
    crm.change(name, subject="Propuesta 2")
    bridge.round()
    assert bridge.tasks()[name]["title"] == "Propuesta 2"
    assert len(crm.writes) == 1


def test_an_older_task_becomes_a_record_when_asked(sides: Sides, tenant: Tenant) -> None:
    bridge, crm = sides
    other = give(tenant, make_project(tenant, "Otro"), "Otra")
    assert bridge.call("POST", "/integrations/crm/records", 202, json={"task_id": other.id})["record"] is None
    bridge.round()
    (name,) = crm.records
    assert bridge.call("POST", "/integrations/crm/records", 202, json={"task_id": other.id})["record"] == name


def test_of_two_who_change_the_same_the_later_has_it_and_a_person_may_say_otherwise(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add(subject="Uno")
    bridge.round()
    task = bridge.tasks()[name]
    change_task(bridge.whose, task["id"], {"title": "Nuestro"})
    bridge.later(1)
    crm.change(name, subject="Suyo", priority=5)
    bridge.later(1)
    # Another field, later: it does not make the title any later.
    change_task(bridge.whose, task["id"], {"description": "Más"})
    bridge.round()
    after = bridge.tasks()[name]
    assert (after["title"], after["priority"], after["description"]) == ("Suyo", "high", "Más")
    (conflict,) = bridge.conflicts()
    assert (conflict["cause"], conflict["field"], conflict["winner"]) == ("both_changed", "title", "theirs")
    assert (conflict["ours"], conflict["theirs"], conflict["task_id"]) == ("Nuestro", "Suyo", task["id"])
    assert conflict["ours_at"] < conflict["theirs_at"]
    bridge.resolve(conflict, "ours")
    bridge.round()
    assert crm.records[name]["subject"] == "Nuestro"
    assert bridge.conflicts() == []
    (settled,) = bridge.conflicts("resolved")
    assert settled["kept"] == "ours"
    bridge.call("POST", f"/integrations/crm/conflicts/{conflict['id']}/resolve", 404, json={"keep": "ours"})


def test_ours_holds_where_it_is_later(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add(subject="Uno")
    bridge.round()
    crm.change(name, subject="Suyo")
    bridge.later(1)
    change_task(bridge.whose, bridge.tasks()[name]["id"], {"title": "Nuestro"})
    bridge.round()
    assert (bridge.tasks()[name]["title"], crm.records[name]["subject"]) == ("Nuestro", "Nuestro")
    (conflict,) = bridge.conflicts()
    assert conflict["winner"] == "ours"


def test_pages_and_records_that_come_twice(sides: Sides) -> None:
    bridge, crm = sides
    crm.page_size = 3
    names = [crm.add(subject=f"Número {number}") for number in range(8)]
    again = crm.records[names[0]]
    crm.records["twice"] = dict(again)
    bridge.round()
    assert {task["title"] for task in bridge.tasks().values()} == {f"Número {number}" for number in range(8)}
    assert bridge.conflicts() == []
    for _ in range(2):
        bridge.round()
    assert (len(bridge.tasks()), crm.writes) == (8, [])


def test_a_list_that_never_ends_is_named_and_left(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add()
    crm.repeats_pages = True
    read = len(crm.reads)
    told = bridge.round()
    assert told is not None
    assert "again and again" in told
    assert len(crm.reads) - read == 2
    assert set(bridge.tasks()) == {name}
    crm.repeats_pages = False
    assert bridge.round() is None


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"subject": None}, "subject: is empty"),
    ({"subject": {"es": "Hola"}}, "subject: is no plain value"),
    ({"status_code": 99}, "status_code: 99 means nothing here"),
    ({"due_on": "ayer"}, "due_on: ayer is no day"),
    ({"hours_planned": "nan"}, "hours_planned: nan is no number of hours"),
    ({"updated_at": "hoy"}, "updated_at: is no moment"),
    ({"id": None}, "id: a record does not say which it is"),
]


def test_a_faulty_record_is_named_and_the_others_go_on(sides: Sides, rows: Rows) -> None:
    bridge, crm = sides
    good = crm.add(subject="Bien")
    stamped = crm.records[good]["updated_at"]
    faulty = [{"id": 900 + at, "subject": "x", "status_code": 1, "updated_at": stamped} for at in range(len(FAULTY))]
    items = [{**record, **fault} for record, (fault, _) in zip(faulty, FAULTY, strict=True)]
    crm.spoils = [json.dumps({"data": [*items, None, "x", crm.records[good]]})]
    assert bridge.round() is None
    assert [task["title"] for task in bridge.tasks().values()] == ["Bien"]
    told = {conflict["record"]: conflict["reason"] for conflict in bridge.conflicts()}
    for at, (_, reason) in enumerate(FAULTY[:-1]):
        assert reason in told[str(900 + at)]
    assert "does not say which" in told["?"]
    (alert,) = rows("SELECT severity, error FROM system_alerts WHERE organisation_id = :id", id=bridge.whose)
    assert alert["severity"] == "warning"


def test_a_record_that_was_mended_closes_what_was_said_of_it(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add(status_code=99)
    bridge.round()
    assert [each["record"] for each in bridge.conflicts()] == [name]
    crm.change(name, status_code=2)
    bridge.round()
    assert bridge.conflicts() == []
    assert bridge.tasks()[name]["status"] == "in_progress"


def test_a_refused_record_may_stay_so_or_be_read_once_more(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add(status_code=99)
    bridge.later(-9)
    bridge.round()
    (conflict,) = bridge.conflicts()
    bridge.later(-9)
    bridge.resolve(conflict, "theirs")
    bridge.round()
    (again,) = bridge.conflicts()
    bridge.resolve(again, "ours")
    bridge.later(-9)
    bridge.round()
    assert (bridge.conflicts(), bridge.tasks()) == ([], {})
    assert name in crm.records


@pytest.mark.parametrize("answer", ["<html>", '{"data": {}}', "[]", '{"data": [NaN]}', "[" * 100_000])
def test_rubbish_is_a_named_error_an_alert_and_nothing_is_lost(sides: Sides, answer: str, rows: Rows) -> None:
    bridge, crm = sides
    name = crm.add()
    for _ in range(2):
        crm.spoils = [answer]
        told = bridge.round()
        assert told is not None
        assert "answer" in told
    chosen = "SELECT cause, severity, error, count FROM system_alerts WHERE organisation_id = :id"
    (alert,) = rows(chosen, id=bridge.whose)
    assert alert == {"cause": f"{bridge.kind} crm_unreadable", "severity": "error", "error": told, "count": 2}
    assert bridge.round() is None
    assert set(bridge.tasks()) == {name}


def test_it_waits_as_long_as_it_is_asked_to(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add()
    bridge.later()
    now = bridge.now()
    crm.refuses = [(429, 300)]
    assert bring_crm_together(bridge.kind, bridge.whose, now)
    read = len(crm.reads)
    assert not bring_crm_together(bridge.kind, bridge.whose, now + timedelta(seconds=299))
    assert len(crm.reads) == read
    assert bring_crm_together(bridge.kind, bridge.whose, now + timedelta(seconds=300))
    assert set(bridge.tasks()) == {name}


def test_a_making_whose_answer_never_came_is_looked_for(sides: Sides, tenant: Tenant) -> None:
    bridge, crm = sides
    task = give(tenant, bridge.project, "Propuesta")
    crm.loses = 1
    assert bridge.round() is not None
    assert len(crm.records) == 1
    change_task(bridge.whose, task.id, {"title": "Propuesta 2"})
    for _ in range(2):
        assert bridge.round() is None
    ((name, record),) = crm.records.items()
    assert bridge.tasks()[name]["id"] == task.id
    assert (record["subject"], len(crm.writes)) == ("Propuesta 2", 2)


def test_where_nobody_can_look_a_person_says(sides: Sides, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge, crm = sides
    without(monkeypatch, "find")
    task = give(tenant, bridge.project, "Propuesta")
    crm.loses = 1
    bridge.round()
    bridge.round()
    (conflict,) = bridge.conflicts()
    (name,) = crm.records
    assert (conflict["cause"], conflict["task_id"]) == ("uncertain", task.id)
    assert conflict["theirs"] == name
    assert bridge.round() is None
    assert len(crm.records) == 1
    bridge.resolve(conflict, "theirs")
    bridge.round()
    assert bridge.tasks()[name]["id"] == task.id
    assert [method for method, *_ in crm.writes] == ["POST"]


def test_what_a_person_says_was_not_made_is_made(sides: Sides, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge, crm = sides
    without(monkeypatch, "find")
    task = give(tenant, bridge.project, "Propuesta")
    crm.loses = 1
    bridge.round()
    crm.records.clear()
    bridge.round()
    (conflict,) = bridge.conflicts()
    bridge.call("POST", f"/integrations/crm/conflicts/{conflict['id']}/resolve", 409, json={"keep": "theirs"})
    bridge.resolve(conflict, "ours")
    bridge.round()
    (name,) = crm.records
    assert bridge.tasks()[name]["id"] == task.id


def test_what_the_crm_refuses_is_told_and_the_others_go_on(sides: Sides, tenant: Tenant) -> None:
    bridge, crm = sides
    names = [crm.add(subject="Uno"), crm.add(subject="Dos")]
    bridge.round()
    tasks = bridge.tasks()
    crm.rejects = {"notes"}
    change_task(bridge.whose, tasks[names[0]]["id"], {"description": "No"})
    change_task(bridge.whose, tasks[names[1]]["id"], {"title": "Tres"})
    bridge.round()
    assert crm.records[names[1]]["subject"] == "Tres"
    (conflict,) = bridge.conflicts()
    assert (conflict["cause"], conflict["record"]) == ("not_taken", names[0])
    writes = len(crm.writes)
    bridge.round()
    assert len(crm.writes) == writes
    crm.rejects = set()
    bridge.resolve(conflict, "ours")
    bridge.round()
    assert crm.records[names[0]]["notes"] == "No"


def test_a_task_that_was_removed_does_not_come_back(sides: Sides) -> None:
    bridge, crm = sides
    name = crm.add()
    bridge.round()
    remove_task(bridge.whose, bridge.tasks()[name]["id"])
    crm.change(name, subject="Otra")
    bridge.round()
    assert (bridge.tasks(), crm.writes) == ({}, [])


def test_an_account_without_a_mapping_is_refused(sides: Sides) -> None:
    bridge, crm = sides
    for settings, said in (
        ({"base_url": crm.url, "mapping": "none"}, "there is no mapping none; there are: hubspot, "),
        ({"base_url": "http://192.0.2.1"}, "base_url"),
        ({"base_url": crm.url, "mapping": "rest-leads"}, "rest-leads is a mapping of the object lead, and not task"),
        ({"base_url": crm.url, "leads": "rest"}, "rest is a mapping of the object task, and not lead"),
        ({"base_url": crm.url, "leads": "rest-leads", "project_id": "7"}, "project_id is for tasks"),
    ):
        with pytest.raises(InvalidInput) as refused:
            integrations.add(bridge.whose, "crm", "other", settings, {"secret": SECRET})
        assert said in refused.value.message
