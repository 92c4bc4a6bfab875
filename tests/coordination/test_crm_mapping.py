"""Mappings: what is wrong is named by its place; and HubSpot's, asked as its API is."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from cci_app.coordination.models import TaskPriority, TaskStatus
from cci_app.coordination.tasks import change_task
from cci_app.core.errors import InvalidInput
from cci_app.integrations.crm.mapping import FOLDER, TASK_FIELDS, mapping_named, read_mapping
from tests.conftest import Tenant
from tests.coordination.crm_bridge import Bridge, join, make_bridge
from tests.coordination.work import give
from tests.fakes.crm import FakeCrm

Change = Callable[[dict[str, Any]], object]
STATUS, PRIORITY = 4, 5
FAULTS: list[tuple[Change, str]] = [
    (lambda m: m.pop("records"), "records: Field required"),
    (lambda m: m["list"].update(pth="/x"), "list.pth: Extra inputs are not permitted"),
    (lambda m: m["list"].update(path="tasks"), "list.path: "),
    (lambda m: m["list"]["query"].update(x="{who}"), "list: there is no {who} to be filled in"),
    (lambda m: m["list"].pop("next"), "list: {page} goes with `next`"),
    (lambda m: m["list"].update(numbered=True), "list: either `next` or `numbered`"),
    (lambda m: m["update"].update(path="/tasks"), "update: {id} has to stand in it"),
    (lambda m: m.pop("update"), "update: what is made has to be changed, too"),
    (lambda m: m.pop("find"), "find: it goes with records.key"),
    (lambda m: m["create"]["fixed"].update(at="x {now}"), "create.fixed.at: only {now}"),
    (lambda m: m["fields"].pop(0), "fields: a task needs a title"),
    (lambda m: m["fields"].append({"ours": "title", "theirs": "x"}), "fields: title is there twice"),
    (lambda m: m["fields"].append({"ours": "colour", "theirs": "x"}), "fields.colour: a task has no such field"),
    (lambda m: m["fields"][2].pop("as"), "fields.due_date: a day is `as: date`"),
    (lambda m: m["fields"][STATUS]["means"].update({"60": "later"}), "fields.status: means.60: later is none of todo"),
    (
        lambda m: m["fields"][STATUS]["write"].update(done=4),
        "fields.status: write.done: 4 would come back as in_progress",
    ),
    (lambda m: m["fields"][PRIORITY]["write"].pop("low"), "fields.priority: write.low: is missing"),
]


@pytest.mark.parametrize(("change", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_a_fault_is_named_by_its_place(change: Change, said: str) -> None:
    mapping = yaml.safe_load((FOLDER / "rest.yaml").read_text(encoding="utf-8"))
    change(mapping)
    with pytest.raises(InvalidInput) as refused:
        read_mapping(yaml.safe_dump(mapping))
    assert any(place.startswith(said.partition(" is none")[0]) for place in refused.value.details["mapping"])


@pytest.mark.parametrize("text", ["a: [", "7", "", "[" * 20_000, "x" * 60_000])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_mapping(text)


LEAD_FAULTS: list[tuple[Change, str]] = [
    (lambda m: m.pop("create"), "create: is missing"),
    (lambda m: m.update(list={"path": "/leads"}), "list: leads are only given out"),
    (lambda m: m["fields"][0].pop("direction"), "fields.name: a lead is only given out"),
    (lambda m: m["fields"].append({"ours": "title", "theirs": "x"}), "fields.title: a lead has no such field"),
    (lambda m: m["fields"][-1]["write"].pop("no"), "fields.visit: write.no: is missing"),
    (lambda m: m.update(object="deal"), "object: "),
]


@pytest.mark.parametrize(("change", "said"), LEAD_FAULTS, ids=[said for _, said in LEAD_FAULTS])
def test_a_fault_of_a_mapping_of_leads_is_named_by_its_place(change: Change, said: str) -> None:
    mapping = yaml.safe_load((FOLDER / "rest-leads.yaml").read_text(encoding="utf-8"))
    change(mapping)
    with pytest.raises(InvalidInput) as refused:
        read_mapping(yaml.safe_dump(mapping))
    assert any(place.startswith(said) for place in refused.value.details["mapping"])


def test_those_of_the_product_are_read_and_know_what_a_task_has() -> None:
    named = ["hubspot", "hubspot-contacts", "rest", "rest-leads"]
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == named
    for path in FOLDER.glob("*.yaml"):
        assert mapping_named(path.stem).fields
    assert TASK_FIELDS["status"] == tuple(TaskStatus)
    assert TASK_FIELDS["priority"] == tuple(TaskPriority)


@pytest.fixture
def hubspot(
    app: Flask, tenant: Tenant, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Bridge, FakeCrm]]:
    bridge, crm = make_bridge(app, tenant, web, monkeypatch, "hubspot")
    with crm:
        join(bridge, crm, "hubspot")
        yield bridge, crm


def test_hubspot_both_ways(hubspot: tuple[Bridge, FakeCrm], tenant: Tenant) -> None:
    bridge, crm = hubspot
    crm.page_size = 1
    body = "<p>Ver &amp; decir</p><div>mañana<br>a las 9</div>"
    there = {"hs_task_body": body, "hs_task_priority": "", "hs_timestamp": "2026-06-30T23:00:00.000Z"}
    names = [crm.add(hs_task_subject=text, hs_task_status="WAITING", **there) for text in ("Uno", "Dos")]
    assert bridge.round() is None
    task = bridge.tasks()[names[0]]
    assert (task["title"], task["status"], task["priority"]) == ("Uno", "in_progress", "medium")
    assert (task["description"], str(task["due_date"])) == ("Ver & decir\nmañana\na las 9", "2026-06-30")
    asked = [json.loads(each) for each in crm.reads[-2:]]
    assert [each.get("after") for each in asked] == [None, "1"]
    change_task(bridge.whose, task["id"], {"status": "done", "title": "Uno y medio"})
    made = give(tenant, bridge.project, "Tres", description="a < b\nc")
    assert bridge.round() is None
    written = {(method, path): given for method, path, given in crm.writes}
    changed = written["PATCH", f"/crm/v3/objects/tasks/{names[0]}"]
    assert changed == {"hs_task_subject": "Uno y medio", "hs_task_status": "COMPLETED"}
    properties = written["POST", "/crm/v3/objects/tasks"]
    assert (properties["hs_task_status"], properties["hs_task_body"]) == ("NOT_STARTED", "a &lt; b<br>c")
    assert properties["hs_timestamp"].endswith("Z")
    for _ in range(2):
        assert bridge.round() is None
    assert len(crm.writes) == 2
    (task,) = [each for each in bridge.tasks().values() if each["id"] == made.id]
    assert (task["description"], task["due_date"]) == ("a < b\nc", None)
