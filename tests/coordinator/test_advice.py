"""The project assistant by the API: a chat that remembers, counted figures, proposals decided once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app.accounts.caller import Role, Scope
from cci_app.coordination.collaborators import add_collaborator, change_collaborator, join
from cci_app.coordination.finding import show_task, today_of
from cci_app.coordination.monitor.rules import DEFAULT_FILE
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.tasks import change_task
from cci_app.core.database import tenant_transaction
from tests.accounts.signed_in import OURS, make_member, sign_in
from tests.conftest import Tenant, make_tenant
from tests.coordination.callers import person
from tests.coordination.work import give, make_person, make_project

Rows = Callable[..., list[dict[str, Any]]]
DAY = timedelta(days=1)


@pytest.fixture
def learnt(app: Flask, tenant: Tenant) -> None:
    """The examples are learnt before anybody waits for them."""
    assistant: Any = app.extensions["cci_conversation"].catalogue.find(tenant.organisation_id, "coordinator")
    assistant._router.learning.learnt()
    assistant.agents["coordinador"]._reader.learning.learnt()


class Workshop:
    """A project with somebody who has too much, somebody who draws and has nothing, and tasks that nobody has."""

    def __init__(self, tenant: Tenant) -> None:
        with tenant_transaction(tenant.organisation_id) as session:
            today = today_of(session, tenant.organisation_id)
        self.project = make_project(tenant, "Sitio web", deadline=today + 2 * DAY)
        self.ana = make_person(tenant, "Ana Pérez", role="developer", skills=["python", "api"])
        self.bea = make_person(tenant, "Bea Ruiz", role="designer", skills=["diseño", "figma"])
        self.busy = give(
            tenant,
            self.project,
            "Integrar la API",
            assignee_id=self.ana.id,
            estimate_hours=50,
            due_date=today - 3 * DAY,
        )
        self.drawing = give(tenant, self.project, "Diseñar la portada", due_date=today + DAY, estimate_hours=6)
        self.coding = give(tenant, self.project, "Endpoint en Python", due_date=today + 5 * DAY, estimate_hours=4)
        done = give(tenant, self.project, "Maqueta", assignee_id=self.bea.id, estimate_hours=4, status="done")
        self.done = done.id


@pytest.fixture
def work(tenant: Tenant) -> Workshop:
    return Workshop(tenant)


@pytest.fixture
def ask(web: FlaskClient, tenant: Tenant) -> Callable[..., Any]:
    def send(method: str, path: str, status: int = 200, **more: Any) -> Any:
        answer = web.open(f"/ai{path}", method=method, headers=tenant.headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json

    return send


def test_bottlenecks_and_risks_are_counted(tenant: Tenant, work: Workshop, ask: Callable[..., Any], rows: Rows) -> None:
    found = ask("POST", "/analyze", json={"language": "es"})
    (hours,) = rows(
        "SELECT sum(estimate_hours) AS h FROM project_tasks WHERE organisation_id = :o AND assignee_id = :a",
        o=tenant.organisation_id,
        a=work.ana.id,
    )
    codes = {each["code"]: each for each in found["findings"]}
    assert codes["overloaded"]["person_id"] == work.ana.id
    assert codes["overloaded"]["values"]["hours"] == float(hours["h"])
    assert f"Ana Pérez tiene {float(hours['h']):g} h por hacer y una semana de 40 h" in found["text"]
    assert codes["overdue"]["values"] == {"project": "Sitio web", "count": 1, "open": 3}
    assert codes["unassigned"]["task_id"] in {work.drawing.id, work.coding.id}
    assert codes["deadline"]["values"]["hours"] == 60.0
    assert codes["free"]["person_id"] == work.bea.id
    assert found["stats"]["overdue"] == 1
    assert "Ana Pérez has" in ask("POST", "/analyze", json={"language": "en", "project_id": work.project.id})["text"]
    assert (
        ask("POST", "/analyze", json={"project_id": make_project(tenant, "Otro").id})["findings"][0]["kind"] == "room"
    )


def test_work_goes_to_who_can_and_has_room(tenant: Tenant, work: Workshop, ask: Callable[..., Any]) -> None:
    told = ask("POST", "/auto-assign", json={"propose": False})["items"]
    assert {each["task_id"]: each["person_id"] for each in told} == {
        work.drawing.id: work.bea.id,
        work.coding.id: work.ana.id,
    }
    assert all(each["action_id"] is None for each in told)
    assert ask("GET", "/actions")["items"] == []
    proposed = ask("POST", "/auto-assign", json={"task_ids": [work.drawing.id]})["items"]
    (action,) = ask("GET", "/actions?status=proposed")["items"]
    assert action["id"] == proposed[0]["action_id"]
    assert "diseño" in action["reason"]
    done = ask("POST", f"/actions/{action['id']}/execute")
    assert (done["status"], done["result"]["told"]) == ("executed", False)
    assert show_task(tenant.organisation_id, work.drawing.id)["assignee"] == "bea.ruiz"
    assert ask("POST", f"/actions/{action['id']}/reject", 409)["error"]["code"] == "conflict"


def test_what_is_suggested_can_be_proposed(tenant: Tenant, work: Workshop, ask: Callable[..., Any]) -> None:
    found = ask("GET", "/suggestions")["items"]
    assert {each["kind"] for each in found} <= {"assign", "notify", "update_task"}
    first = found[0]
    body = {name: first[name] for name in ("kind", "data", "reason")}
    made = ask("POST", "/actions", 201, json=body)
    assert (made["status"], made["task_id"]) == ("proposed", first["task_id"])
    assert ask("POST", f"/actions/{made['id']}/reject")["status"] == "rejected"
    wrong = ask("POST", "/actions", 422, json={"kind": "comment", "data": {"task_id": first["task_id"]}})
    assert "text" in wrong["error"]["details"]["data"]
    ask("POST", "/actions", 404, json={"kind": "comment", "data": {"task_id": 10**9, "text": "x"}})


def test_what_cannot_be_done_any_more_fails_aloud(tenant: Tenant, work: Workshop, ask: Callable[..., Any]) -> None:
    data = {"task_id": work.coding.id, "hours": "3"}
    action = ask(
        "POST",
        "/actions",
        201,
        json={"kind": "assign", "data": {"task_id": work.coding.id, "assignee_id": work.bea.id}},
    )
    change_collaborator(tenant.organisation_id, work.bea.id, {"left_on": "2026-01-01"})
    failed = ask("POST", f"/actions/{action['id']}/execute")
    assert (failed["status"], failed["result"]["code"]) == ("failed", "person_left")
    assert show_task(tenant.organisation_id, work.coding.id)["assignee"] is None
    spent = ask("POST", "/actions", 201, json={"kind": "log_time", "data": data})
    ask("POST", f"/actions/{spent['id']}/execute")
    assert show_task(tenant.organisation_id, work.coding.id)["spent_hours"] == 3


def test_priorities_and_time(tenant: Tenant, work: Workshop, ask: Callable[..., Any]) -> None:
    give(tenant, work.project, "Urgente: caída del pago", due_date=work.busy.due_date, priority="low")
    first, *_ = ask("GET", "/priority-analysis")["items"]
    assert first["title"].startswith("Urgente")
    assert first["score"] == sum(each["points"] for each in first["reasons"])
    assert (first["priority"], first["suggested"]) == ("low", "high")
    for task_id, hours in ((work.done, "6"), (work.busy.id, "60")):
        action = ask("POST", "/actions", 201, json={"kind": "log_time", "data": {"task_id": task_id, "hours": hours}})
        ask("POST", f"/actions/{action['id']}/execute")
    times = ask("GET", "/time-analysis")
    assert (times["total"]["estimate_hours"], times["total"]["spent_hours"], times["total"]["ratio"]) == (4, 6, 1.5)
    assert [each["name"] for each in times["people"]] == ["Bea Ruiz"]
    assert [each["task_id"] for each in times["overruns"]] == [work.busy.id, work.done]


def test_a_chat_remembers_and_proposes(
    app: Flask, tenant: Tenant, work: Workshop, ask: Callable[..., Any], learnt: None
) -> None:
    told = ask("POST", "/chat", json={"message": "¿qué está atrasado?"})
    assert "Hay 1 tarea atrasada:" in told["response"]
    assert told["user_id"].startswith("key:")
    asked = ask("POST", "/chat", json={"message": "pásala a Bea"})
    assert "¿Le asigno «Integrar la API»" in asked["response"]
    (action,) = asked["actions"]
    ask("POST", f"/actions/{action['id']}/execute")
    assert "ya se había decidido" in ask("POST", "/chat", json={"message": "sí"})["response"]
    assert show_task(tenant.organisation_id, work.busy.id)["assignee"] == "bea.ruiz"
    stranger = ask("POST", "/chat", json={"message": "¿qué está atrasado?", "user_id": "+573000000099"})
    assert "Integrar" not in stranger["response"]


def test_a_member_speaks_for_themselves(app: Flask, tenant: Tenant, work: Workshop, learnt: None) -> None:
    member = make_member(tenant, Role.AGENT)
    add_collaborator(tenant.organisation_id, {"name": "Eva Sol", "member_id": member.id})
    browser = sign_in(app, member)
    told = browser.post("/ai/chat", json={"message": "asígname la tarea de la portada"}, headers=OURS)
    assert told.status_code == 200, told.text
    assert "a Eva Sol?" in told.json["response"]  # type: ignore[index]
    assert browser.post("/ai/chat", json={"message": "sí"}, headers=OURS).status_code == 200
    assert show_task(tenant.organisation_id, work.drawing.id)["assignee"] == "eva.sol"
    for_another = {"message": "hola", "user_id": "+573000000099"}
    assert browser.post("/ai/chat", json=for_another, headers=OURS).status_code == 422
    # A key that may send messages knows nothing of the work by that.
    other = make_tenant(f"{tenant.slug}-m", {Scope.MESSAGES})
    assert browser.post("/ai/chat", json={"message": "hola"}, headers=other.headers).status_code in {401, 403}


def test_a_member_whom_a_rule_lets_has_it_done_at_once(app: Flask, tenant: Tenant) -> None:
    rules = DEFAULT_FILE.read_text() + "\nwithout_asking:\n  - {name: own-notes, kinds: [comment]}\n"
    MONITOR_RULES.make_count(tenant.organisation_id, MONITOR_RULES.draft(tenant.organisation_id, rules).id)
    member = make_member(tenant, Role.AGENT)
    ana = join(person(tenant, member), "Ana Pérez", member.email)
    task = give(tenant, make_project(tenant), assignee_id=ana.id)
    browser, body = sign_in(app, member), {"kind": "comment", "data": {"task_id": task.id, "text": "Va bien"}}
    made = browser.post("/ai/actions", json=body, headers=OURS)
    assert (made.status_code, made.get_json()["status"]) == (201, "executed")
    assert made.get_json()["result"]["rule"] == "own-notes"
    change_task(tenant.organisation_id, task.id, {"assignee_id": None})
    assert browser.post("/ai/actions", json=body, headers=OURS).get_json()["status"] == "proposed"
