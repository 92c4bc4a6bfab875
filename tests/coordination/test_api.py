"""The API of projects: omitted is not null, both editors are shown, pages, filters, bulk, and CSV tried before kept."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import Tenant, make_tenant
from tests.coordination.work import give, make_person, make_project


class Client:
    """Calls with the organisation's key."""

    def __init__(self, web: FlaskClient, tenant: Tenant) -> None:
        self._web, self._headers = web, tenant.headers

    def __call__(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        headers = {**self._headers, **options.pop("headers", {})}
        answer = self._web.open(path, method=method, headers=headers, **options)
        assert answer.status_code == status, answer.text
        return answer.get_json()


@pytest.fixture
def call(web: FlaskClient, tenant: Tenant) -> Client:
    return Client(web, tenant)


def test_a_task_through_its_life(call: Client, tenant: Tenant) -> None:
    ana = make_person(tenant)
    project = call("POST", "/api/projects", 201, json={"name": "Web"})
    given = {"project_id": project["id"], "title": "Diseño", "due_date": "2026-03-02", "labels": ["web", "nuevo"]}
    task = call("POST", "/api/tasks", 201, json={**given, "assignee_id": ana.id, "estimate_hours": 6.25})
    assert (task["labels"], task["assignee"], task["estimate_hours"]) == (["nuevo", "web"], "ana.perez", 6.25)
    path = f"/api/tasks/{task['id']}"
    changed = call("PATCH", path, json={"due_date": None})
    assert (changed["due_date"], changed["title"], changed["labels"]) == (None, "Diseño", ["nuevo", "web"])
    moving = call("PATCH", f"{path}/status", json={"status": "in_progress"})
    assert moving["status"] == "in_progress"
    call("POST", f"{path}/time", 201, json={"hours": 1.5, "person_id": ana.id})
    assert call("GET", path)["spent_hours"] == 1.5
    call("POST", "/api/comments", 201, json={"task_id": task["id"], "content": "@ana.perez ¿lista?"})
    (comment,) = call("GET", f"/api/comments?task_id={task['id']}")["items"]
    assert comment["mentions"] == [ana.id]
    acts = [event["act"] for event in call("GET", f"/api/activity?task_id={task['id']}")["items"]]
    assert acts == ["comment.added", "time.logged", "task.changed", "task.changed", "task.created"]
    call("DELETE", path)
    call("GET", path, 404)


def test_the_second_editor_gets_both(call: Client, tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant))
    path, first = f"/api/tasks/{task.id}", {"If-Match": f'"{task.version}"'}
    call("PATCH", path, json={"title": "A"}, headers=first)
    refused = call("PATCH", path, 409, json={"title": "B", "due_date": "2026-01-02"}, headers=first)["error"]
    assert refused["code"] == "version_conflict"
    assert refused["details"]["current"]["title"] == "A"
    assert refused["details"]["yours"] == {"title": "B", "due_date": "2026-01-02"}
    call("PATCH", path, json={"title": "B"}, headers={"If-Match": str(refused["details"]["current"]["version"])})
    call("PATCH", path, 422, json={"title": "C"}, headers={"If-Match": "yesterday"})
    call("DELETE", path, 409, headers=first)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"status": "blocked"}, 422, "unknown_status"),
        ({"start_date": "2026-03-02", "due_date": "2026-03-01"}, 422, "due_before_start"),
        ({"recurrence": "every day", "due_date": "2026-03-01"}, 422, "bad_recurrence"),
        ({"parent_id": "self"}, 422, "task_circle"),
        ({"assignee_id": "gone"}, 409, "person_left"),
        ({"assignee_id": 10**12}, 404, "not_found"),
        ({"due_date": "0001-01-01"}, 422, "validation_error"),
        ({"estimate_hours": -1}, 422, "validation_error"),
        ({"colour": "red"}, 422, "validation_error"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_changes(
    call: Client, tenant: Tenant, change: dict[str, Any], status: int, code: str
) -> None:
    task = give(tenant, make_project(tenant))
    gone = make_person(tenant, left_on="2026-01-01")
    named = {"self": task.id, "gone": gone.id}
    change = {name: named.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    assert call("PATCH", f"/api/tasks/{task.id}", status, json=change)["error"]["code"] == code
    assert call("GET", f"/api/tasks/{task.id}")["version"] == task.version


def test_lists_answer_items_and_next(call: Client, tenant: Tenant) -> None:
    project = make_project(tenant)
    for number in range(3):
        give(tenant, project, str(number))
    first = call("GET", "/api/tasks?limit=2&order_by=position")
    assert [each["title"] for each in first["items"]] == ["0", "1"]
    second = call("GET", "/api/tasks", query_string={"limit": 2, "order_by": "position", "before": first["next"]})
    assert ([each["title"] for each in second["items"]], second["next"]) == (["2"], None)
    call("GET", "/api/tasks?status=blocked", 422)
    call("GET", "/api/tasks?statsu=todo", 422)
    assert call("GET", "/api/tasks/search?q=2")["items"][0]["title"] == "2"
    assert call("GET", f"/api/tasks/stats?project_id={project.id}")["total"] == 3
    assert call("GET", f"/api/projects/{project.id}/figures")["stats"]["by_status"]["todo"] == 3
    assert call("GET", "/api/tasks/overdue") == {"items": [], "next": None}


def test_several_tasks_change_at_once(call: Client, tenant: Tenant) -> None:
    project = make_project(tenant)
    ids = [give(tenant, project, name).id for name in "ab"]
    done = call("POST", "/api/tasks/bulk", json={"ids": ids, "changes": {"status": "done"}})
    assert {each["status"] for each in done["items"]} == {"done"}
    refused = call("POST", "/api/tasks/bulk", 404, json={"ids": [ids[0], 10**12], "changes": {"status": "todo"}})
    assert refused["error"]["details"] == {"task_id": 10**12}
    assert call("GET", f"/api/tasks/{ids[0]}")["status"] == "done"


CSV = (
    "Title;Assignee;Due date;Estimate hours;Labels;Status\nDiseño;ana;2026-03-02;1,5;web|nuevo;in progress\n"
    "'=1+1;;;;;\n"
)


def test_a_csv_is_tried_and_then_kept(call: Client, tenant: Tenant) -> None:
    make_person(tenant)
    body = {"project_id": make_project(tenant).id, "csv": CSV}
    tried = call("POST", "/api/tasks/import", json={**body, "dry_run": True})
    assert tried == {"tasks": 2, "imported": False, "ids": [], "faults": []}
    assert call("GET", "/api/tasks")["items"] == []
    assert call("GET", "/api/labels")["items"] == []
    kept = call("POST", "/api/tasks/import", json=body)
    second, first = call("GET", "/api/tasks")["items"]
    assert kept["ids"] == [first["id"], second["id"]]
    assert (first["assignee"], first["estimate_hours"], first["labels"]) == ("ana.perez", 1.5, ["nuevo", "web"])
    assert (first["status"], second["title"]) == ("in_progress", "=1+1")


def test_a_csv_with_a_wrong_line_keeps_nothing(call: Client, tenant: Tenant) -> None:
    body = {
        "project_id": make_project(tenant).id,
        "csv": 'title,status,due_date,assignee,priority,estimate_hours\nA,,,,,\nB,blocked,,,,\n"C\nC",,soon,,,\n'
        ",,,,low,\nE,,,zoe,,\nF,,,,huge,\nG,,,,,NaN\n",
    }
    told = call("POST", "/api/tasks/import", json=body)
    assert [(each["line"], each["field"]) for each in told["faults"]] == [
        *((3, "status"), (5, "due_date"), (6, "title"), (7, "assignee"), (8, "priority"), (9, "estimate_hours")),
    ]
    assert not told["imported"]
    assert call("GET", "/api/tasks")["items"] == []
    for text in ("nothing", "title,colour\na,b\n", 'title\n"a', "title,title\na,b\n"):
        assert "csv" in call("POST", "/api/tasks/import", 422, json={**body, "csv": text})["error"]["details"]


def test_another_organisation_is_told_of_nothing(web: FlaskClient, tenant: Tenant) -> None:
    project = make_project(tenant)
    task, person = give(tenant, project), make_person(tenant)
    other = Client(web, make_tenant(f"{tenant.slug}-other"))
    for path in (f"projects/{project.id}", f"tasks/{task.id}", f"people/{person.id}", f"projects/{project.id}/figures"):
        other("GET", f"/api/{path}", 404)
    other("POST", "/api/comments", 404, json={"task_id": task.id, "content": "x"})
    other("POST", "/api/tasks", 404, json={"project_id": project.id, "title": "x"})
