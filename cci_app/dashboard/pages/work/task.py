"""One task: what it is, what was said of it, spent on it and done with it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, request

from cci_app.accounts.auth import current_caller
from cci_app.coordination import comments, tasks
from cci_app.coordination.api.schemas import CommentPayload
from cci_app.coordination.api.tasks.schemas import TaskPayload, TimePayload
from cci_app.coordination.finding import TaskFilter, TaskOrder, find_tasks, show_task
from cci_app.coordination.handbook.models import ViolationState
from cci_app.coordination.handbook.violations import ViolationFilter, list_violations
from cci_app.coordination.monitor import standing
from cci_app.coordination.projects import project_events
from cci_app.core import clock
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.dashboard.asked import between_commas, loaded, sent
from cci_app.dashboard.frame import go, organisation_id, tag_of, tagged, unchanged
from cci_app.dashboard.pages.work.shown import me, told, work_page

_MOST_PARTS = 100
# What the form has a field for: one that is emptied is emptied of the task.
_EMPTIED = ("assignee_id", "due_date", "estimate_hours", "recurrence")
_NUMBERS = ("assignee_id",)


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/tasks/<int:task_id>")(read_task)
    for name, act in _ACTS.items():
        pages.post(f"/tasks/<int:task_id>/{name}", endpoint=f"task_{name}")(_acting(act))


def read_task(task_id: int) -> Response:
    """One task with its parts, comments, time, history and reminders."""
    shown = _shown(task_id)
    tag = tag_of(shown)
    return unchanged(tag) or tagged(work_page("task", "list", **shown, tag=tag, typed={}, problem=None), tag)


def _shown(task_id: int) -> dict[str, Any]:
    whose = organisation_id()
    task = show_task(whose, task_id)
    return {
        "task": task,
        "parent": show_task(whose, task["parent_id"]) if task["parent_id"] else None,
        "parts": find_tasks(
            current_caller(), TaskFilter(parent_id=task_id), TaskOrder.POSITION, limit=_MOST_PARTS
        ).items,
        "said": [vars_of(each) for each in comments.list_comments(whose, task_id, limit=100)],
        "time": [vars_of(each) for each in tasks.time_entries(whose, task_id)],
        "events": [*project_events(whose, task_id=task_id, limit=100)],
        "violations": [
            each
            for each in list_violations(whose, ViolationFilter(task_id=task_id), limit=_MOST_PARTS)
            if each["state"] != ViolationState.MENDED
        ],
        "alerts": standing.open_alerts(whose, task_id),
    }


def vars_of(row: Any) -> dict[str, Any]:
    """A row's values, which say the same each time that they are looked at."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _acting(act: Callable[[int], None]) -> Callable[[int], Any]:
    """A view that does it and leads back to the task, or tells why not, with what was typed still there."""

    def view(task_id: int) -> Any:
        try:
            act(task_id)
        except (Conflict, InvalidInput) as error:
            shown = _shown(task_id)
            body = work_page(
                "task", "list", **shown, tag=tag_of(shown), typed=request.form.to_dict(), problem=told(error)
            )
            return make_response(body, error.status)
        return go(f"/admin/work/tasks/{task_id}")

    return view


def _change(task_id: int) -> None:
    seen = request.form.get("version", "")
    tasks.change_task(organisation_id(), task_id, _changes(), int(seen) if seen.isdecimal() else None)


def _changes() -> Mapping[str, Any]:
    """What the form says: the fields that it has, an empty one of which empties."""
    given = {name: value.strip() for name, value in request.form.items()}
    read: dict[str, Any] = {name: value for name, value in given.items() if value and name != "labels"}
    read |= {name: int(read[name]) for name in _NUMBERS if read.get(name, "").isdecimal()}
    changes = loaded(TaskPayload(), read)
    changes |= dict.fromkeys((name for name in _EMPTIED if given.get(name) == ""), None)
    if "labels" in given:
        changes["labels"] = between_commas(given["labels"])
    if given.get("description") == "":
        changes["description"] = ""
    return loaded_labels(changes)


def loaded_labels(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with labels as the API takes them. Raises InvalidInput."""
    if "labels" in changes:
        changes["labels"] = loaded(TaskPayload(only=("labels",)), {"labels": changes["labels"]})["labels"]
    return changes


def _comment(task_id: int) -> None:
    content = sent(CommentPayload())["content"]
    comments.add_comment(organisation_id(), task_id, content, author=me(), via="page")


def _time(task_id: int) -> None:
    given = sent(TimePayload())
    mine = me()
    tasks.log_time(
        organisation_id(),
        task_id,
        given["hours"],
        collaborator_id=given.get("person_id") or (mine.id if mine else None),
        day=given.get("day"),
        text=given["note"],
    )


def _acknowledge(task_id: int) -> None:
    caller = current_caller()
    standing.say_on_it(caller.organisation_id, task_id, caller.name, clock.now())


def _escalate(task_id: int) -> None:
    standing.escalate_now(organisation_id(), task_id, clock.now())


_ACTS: dict[str, Callable[[int], None]] = {
    "change": _change,
    "comment": _comment,
    "time": _time,
    "acknowledge": _acknowledge,
    "escalate": _escalate,
}
