"""Tasks: given, changed at a version, moved, nested without circles, and given again."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from cci_app.coordination.collaborators import change_collaborator
from cci_app.coordination.comments import add_comment, change_comment, list_comments, remove_comment
from cci_app.coordination.errors import (
    DatesReversed,
    PersonLeft,
    RecurrenceUnclear,
    TaskCircle,
    UnknownStatus,
    VersionConflict,
)
from cci_app.coordination.finding import TaskFilter, TaskOrder, find_tasks
from cci_app.coordination.labels import add_label, list_labels, remove_label
from cci_app.coordination.models import TaskStatus
from cci_app.coordination.projects import change_project, project_events, remove_project
from cci_app.coordination.tasks import (
    change_task,
    change_tasks,
    find_task,
    log_time,
    move_task,
    remove_task,
    time_entries,
)
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from tests.conftest import Tenant, make_tenant
from tests.coordination.callers import program
from tests.coordination.work import give, make_person, make_project


def titles(tenant: Tenant, **wanted: Any) -> list[str]:
    page = find_tasks(program(tenant), TaskFilter(**wanted), TaskOrder.POSITION)
    return [each["title"] for each in page.items]


def test_what_is_named_changes_and_the_rest_stays(tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant), due_date=date(2026, 3, 2), description="Tres páginas")
    changed = change_task(tenant.organisation_id, task.id, {"due_date": None, "priority": "high"})
    assert (changed.due_date, changed.priority, changed.description) == (None, "high", "Tres páginas")
    assert changed.version == task.version + 1
    unchanged = change_task(tenant.organisation_id, task.id, {"priority": "high"})
    assert unchanged.version == changed.version


def test_the_second_of_two_editors_is_shown_both(tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant))
    change_task(tenant.organisation_id, task.id, {"title": "Diseño final"}, seen=task.version)
    with pytest.raises(VersionConflict) as refused:
        change_task(tenant.organisation_id, task.id, {"title": "Boceto"}, seen=task.version)
    assert refused.value.status == 409
    assert refused.value.details["current"]["title"] == "Diseño final"
    assert refused.value.details["yours"] == {"title": "Boceto"}
    assert find_task(tenant.organisation_id, task.id).title == "Diseño final"


def test_there_are_no_circles(tenant: Tenant) -> None:
    project = make_project(tenant)
    one = give(tenant, project, "uno")
    two = give(tenant, project, "dos", parent_id=one.id)
    three = give(tenant, project, "tres", parent_id=two.id)
    for parent in (one, two, three):
        with pytest.raises(TaskCircle):
            change_task(tenant.organisation_id, one.id, {"parent_id": parent.id})
    assert find_task(tenant.organisation_id, one.id).parent_id is None
    other = give(tenant, make_project(tenant, "Otro"))
    with pytest.raises(InvalidInput, match="of another project"):
        change_task(tenant.organisation_id, three.id, {"parent_id": other.id})


def test_two_who_nest_tasks_in_each_other_make_no_circle(app: Flask, tenant: Tenant) -> None:
    project = make_project(tenant)
    pairs = [(give(tenant, project, f"a{n}"), give(tenant, project, f"b{n}")) for n in range(5)]
    refused = []

    def nest(child: int, parent: int, gate: threading.Barrier) -> None:
        with app.app_context():
            gate.wait()
            try:
                change_task(tenant.organisation_id, child, {"parent_id": parent})
            except TaskCircle:
                refused.append(child)

    for one, two in pairs:
        gate = threading.Barrier(2)
        threads = [threading.Thread(target=nest, args=(*ids, gate)) for ids in ((one.id, two.id), (two.id, one.id))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(refused) == len(pairs)


def test_what_cannot_be_has_a_name(tenant: Tenant) -> None:
    project = make_project(tenant)
    task = give(tenant, project, start_date=date(2026, 3, 2))
    with pytest.raises(DatesReversed):
        change_task(tenant.organisation_id, task.id, {"due_date": date(2026, 3, 1)})
    with pytest.raises(DatesReversed):
        change_project(
            tenant.organisation_id, project.id, {"start_date": date(2026, 2, 1), "deadline": date(2026, 1, 1)}
        )
    with pytest.raises(UnknownStatus, match="todo, in_progress, done"):
        change_task(tenant.organisation_id, task.id, {"status": "blocked"})
    gone = make_person(tenant, left_on=date(2026, 1, 1))
    with pytest.raises(PersonLeft):
        change_task(tenant.organisation_id, task.id, {"assignee_id": gone.id})
    with pytest.raises(NotFound):
        give(make_tenant(f"{tenant.slug}-other"), project)
    assert find_task(tenant.organisation_id, task.id).version == task.version


def test_who_leaves_keeps_what_they_had_until_it_is_given_to_another(tenant: Tenant) -> None:
    ana = make_person(tenant)
    task = give(tenant, make_project(tenant), assignee_id=ana.id)
    change_collaborator(tenant.organisation_id, ana.id, {"left_on": date(2026, 1, 1)})
    assert change_task(tenant.organisation_id, task.id, {"title": "Otro", "assignee_id": ana.id}).assignee_id == ana.id
    bea = make_person(tenant, "Bea Ruiz")
    assert change_task(tenant.organisation_id, task.id, {"assignee_id": bea.id}).assignee_id == bea.id


def test_done_is_when_it_was_done(tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant))
    done = change_task(tenant.organisation_id, task.id, {"status": "done"})
    assert done.completed_at == done.status_at
    assert done.completed_at is not None
    again = change_task(tenant.organisation_id, task.id, {"status": TaskStatus.TODO})
    assert again.completed_at is None


def test_tasks_are_moved_however_often(tenant: Tenant) -> None:
    project = make_project(tenant)
    tasks = [give(tenant, project, name) for name in ("a", "b", "c")]
    move_task(tenant.organisation_id, tasks[2].id, None)
    assert titles(tenant) == ["c", "a", "b"]
    for _ in range(20):
        # Always between the first two, until the room is used up and the order is written anew.
        for task in (tasks[1], tasks[0]):
            move_task(tenant.organisation_id, task.id, tasks[2].id)
    assert titles(tenant) == ["c", "a", "b"]
    move_task(tenant.organisation_id, tasks[2].id, tasks[1].id)
    assert titles(tenant) == ["a", "b", "c"]
    with pytest.raises(NotFound):
        move_task(tenant.organisation_id, tasks[0].id, give(tenant, make_project(tenant, "Otro")).id)


def test_a_task_that_recurs_is_given_again_once(tenant: Tenant) -> None:
    label = add_label(tenant.organisation_id, {"name": "informe"})
    ana = make_person(tenant)
    task = give(
        tenant,
        make_project(tenant),
        "Informe",
        start_date=date(2026, 3, 5),
        due_date=date(2026, 3, 6),
        recurrence="RRULE:FREQ=WEEKLY;COUNT=2",
        assignee_id=ana.id,
        label_ids=[label.id],
    )
    for status in ("done", "todo", "done"):
        change_task(tenant.organisation_id, task.id, {"status": status})
    page = find_tasks(program(tenant), TaskFilter(status=TaskStatus.TODO))
    (again,) = page.items
    assert (again["start_date"], again["due_date"]) == (date(2026, 3, 12), date(2026, 3, 13))
    assert (again["assignee"], again["labels"], again["series_id"]) == ("ana.perez", ["informe"], task.id)
    change_task(tenant.organisation_id, again["id"], {"status": "done"})
    assert not find_tasks(program(tenant), TaskFilter(status=TaskStatus.TODO)).items
    with pytest.raises(RecurrenceUnclear, match="needs a due date"):
        change_task(tenant.organisation_id, task.id, {"due_date": None})


def test_time_adds_up_to_what_was_spent(tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant), estimate_hours=Decimal(8), spent_hours=Decimal("1.5"))
    log_time(tenant.organisation_id, task.id, Decimal("2.25"), text="maqueta")
    change_task(tenant.organisation_id, task.id, {"spent_hours": Decimal(3)})
    assert find_task(tenant.organisation_id, task.id).spent_hours == Decimal(3)
    entries = time_entries(tenant.organisation_id, task.id)
    assert [entry.hours for entry in entries] == [Decimal("-0.75"), Decimal("2.25"), Decimal("1.50")]
    with pytest.raises(InvalidInput):
        log_time(tenant.organisation_id, task.id, Decimal(-4))


def test_several_change_together_or_not_at_all(tenant: Tenant) -> None:
    project = make_project(tenant)
    ids = [give(tenant, project, name).id for name in ("a", "b")]
    assert {task.priority for task in change_tasks(tenant.organisation_id, ids, {"priority": "high"})} == {"high"}
    with pytest.raises(NotFound) as refused:
        change_tasks(tenant.organisation_id, [*ids, 10**12], {"priority": "low"})
    assert refused.value.details == {"task_id": 10**12}
    assert {find_task(tenant.organisation_id, each).priority for each in ids} == {"high"}


def test_comments_name_people_and_come_in_once(tenant: Tenant) -> None:
    ana = make_person(tenant)
    task = give(tenant, make_project(tenant))
    said = add_comment(tenant.organisation_id, task.id, "@ana.perez, @nadie: ¿para cuándo?", author=ana)
    assert (said.mentions, said.author, said.author_id) == ([ana.id], "Ana Pérez", ana.id)
    first = add_comment(tenant.organisation_id, task.id, "listo", via="email", outside_key="<1@example.org>")
    second = add_comment(tenant.organisation_id, task.id, "listo", via="email", outside_key="<1@example.org>")
    assert first.id == second.id
    changed = change_comment(tenant.organisation_id, said.id, "sin nombres", seen=said.version)
    assert (changed.mentions, changed.version) == ([], said.version + 1)
    remove_comment(tenant.organisation_id, first.id)
    assert [each.id for each in list_comments(tenant.organisation_id, task.id)] == [said.id]


def test_all_that_was_done_is_on_record_and_goes_with_the_project(tenant: Tenant) -> None:
    project = make_project(tenant)
    task = give(tenant, project)
    change_task(tenant.organisation_id, task.id, {"status": "in_progress"})
    add_comment(tenant.organisation_id, task.id, "empiezo")
    remove_task(tenant.organisation_id, task.id)
    acts = [event.act for event in project_events(tenant.organisation_id, project_id=project.id)]
    assert acts == ["task.removed", "comment.added", "task.changed", "task.created", "project.created"]
    (_, _, change, _) = project_events(tenant.organisation_id, task_id=task.id)[:4]
    assert project_events(tenant.organisation_id, task_id=task.id)[2].changes == {"status": ["todo", "in_progress"]}
    assert change.act in {"task.changed", "task.created"}
    remove_project(tenant.organisation_id, project.id)
    assert not project_events(tenant.organisation_id, project_id=project.id)


def test_labels_are_many_to_many(tenant: Tenant) -> None:
    project = make_project(tenant)
    red, blue = (add_label(tenant.organisation_id, {"name": name}) for name in ("red", "blue"))
    one = give(tenant, project, "uno", label_ids=[red.id, blue.id])
    give(tenant, project, "dos", label_ids=[red.id])
    assert titles(tenant, label="red") == ["uno", "dos"]
    change_task(tenant.organisation_id, one.id, {"label_ids": [blue.id]})
    assert titles(tenant, label="red") == ["dos"]
    assert [label.name for label in list_labels(tenant.organisation_id, one.id)] == ["blue"]
    remove_label(tenant.organisation_id, blue.id)
    assert list_labels(tenant.organisation_id, one.id) == []
    with pytest.raises(NotFound):
        change_task(tenant.organisation_id, one.id, {"label_ids": [blue.id]})


def test_another_organisation_sees_nothing(tenant: Tenant) -> None:
    task = give(tenant, make_project(tenant))
    other = make_tenant(f"{tenant.slug}-other")
    for act in (find_task, remove_task, time_entries):
        with pytest.raises(NotFound):
            act(other.organisation_id, task.id)
    with tenant_transaction(other.organisation_id):
        assert find_tasks(program(other), TaskFilter()).items == []
