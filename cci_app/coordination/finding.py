"""Tasks found by filters, in an order, a page at a time; and what of them can be counted."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller
from cci_app.coordination.changing import found
from cci_app.coordination.collaborators import collaborator_of, named
from cci_app.coordination.models import (
    Collaborator,
    Label,
    Project,
    ProjectTask,
    TaskComment,
    TaskLabel,
    TaskPriority,
    TaskStatus,
)
from cci_app.core import clock
from cci_app.core.cursor import reading, written
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of
from cci_app.core.text import fold

NOBODY, ME = "nobody", "me"
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 20
_FOR_EVER: sa.ColumnElement[date] = sa.literal_column("'infinity'::date")
_RANK = sa.case({TaskPriority.LOW: 0, TaskPriority.MEDIUM: 1, TaskPriority.HIGH: 2}, value=ProjectTask.priority)


class TaskOrder(StrEnum):
    """By what a list is ordered; with a minus the greatest comes first."""

    POSITION = "position"
    NEWEST = "-created_at"
    OLDEST = "created_at"
    DUE_FIRST = "due_date"
    DUE_LAST = "-due_date"
    PRIORITY = "-priority"
    TOUCHED = "-updated_at"


_KEYS: Mapping[str, Any] = {
    "position": ProjectTask.position,
    "created_at": ProjectTask.created_at,
    "due_date": sa.func.coalesce(ProjectTask.due_date, _FOR_EVER),
    "priority": _RANK,
    "updated_at": ProjectTask.updated_at,
}


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks; None stands for any. `assigned_to` is an id, a handle, a name, `me` or `nobody`."""

    project_id: int | None = None
    parent_id: int | None = None
    status: TaskStatus | None = None
    assigned_to: str | None = None
    priority: TaskPriority | None = None
    label: str | None = None
    due_before: date | None = None
    due_after: date | None = None
    overdue: bool | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Tasks as they are shown, and the word for the next page; None on the last."""

    items: Sequence[dict[str, Any]]
    next: str | None


def today_of(session: Session, organisation_id: int) -> date:
    """Which day it is for the organisation."""
    return clock.now().astimezone(timezone_of(session, organisation_id)).date()


def find_tasks(
    caller: Caller,
    wanted: TaskFilter,
    order_by: TaskOrder = TaskOrder.NEWEST,
    before: str | None = None,
    limit: int = 50,
) -> TaskPage:
    """A page of the tasks that `wanted` describes. Raises InvalidInput for a foreign `before`, UnknownPerson."""
    descends, name = order_by.startswith("-"), order_by.removeprefix("-")
    key = _KEYS[name]
    with tenant_transaction(caller.organisation_id) as session:
        chosen = sa.select(ProjectTask, sa.cast(key, sa.Text).label("key")).where(*conditions(session, caller, wanted))
        if before is not None:
            last = _read_cursor(before, order_by)
            bound = sa.tuple_(sa.cast(sa.literal(last[0]), key.type), sa.literal(last[1]))
            here = sa.tuple_(key, ProjectTask.id)
            chosen = chosen.where(here < bound if descends else here > bound)
        columns = (key, ProjectTask.id)
        chosen = chosen.order_by(*(column.desc() if descends else column.asc() for column in columns))
        rows = session.execute(chosen.limit(limit + 1)).all()
        page = rows[:limit]
        following = _write_cursor(order_by, page[-1]) if len(rows) > limit else None
        return TaskPage(shown(session, caller.organisation_id, [row[0] for row in page]), following)


def conditions(session: Session, caller: Caller, wanted: TaskFilter) -> list[sa.ColumnElement[bool]]:
    """What must be true of a task that `wanted` describes. Raises UnknownPerson."""
    met: list[sa.ColumnElement[bool]] = [ProjectTask.organisation_id == caller.organisation_id]
    for column, value in (
        (ProjectTask.project_id, wanted.project_id),
        (ProjectTask.parent_id, wanted.parent_id),
        (ProjectTask.status, wanted.status),
        (ProjectTask.priority, wanted.priority),
    ):
        if value is not None:
            met.append(column == value)
    if wanted.assigned_to is not None:
        met.append(_assigned(session, caller, wanted.assigned_to))
    if wanted.label is not None:
        labelled = sa.select(TaskLabel.task_id).join(Label, Label.id == TaskLabel.label_id)
        met.append(ProjectTask.id.in_(labelled.where(Label.name == wanted.label)))
    if wanted.due_before is not None:
        met.append(ProjectTask.due_date < wanted.due_before)
    if wanted.due_after is not None:
        met.append(ProjectTask.due_date > wanted.due_after)
    if wanted.overdue is not None:
        late = is_overdue(today_of(session, caller.organisation_id))
        met.append(late if wanted.overdue else sa.not_(late))
    if wanted.q is not None:
        met.append(_has_words(wanted.q))
    return met


def is_overdue(today: date) -> sa.ColumnElement[bool]:
    """That a task's day is over and it is not done."""
    late = sa.and_(ProjectTask.due_date < today, ProjectTask.status != TaskStatus.DONE)
    return sa.func.coalesce(late, sa.false())


def _assigned(session: Session, caller: Caller, word: str) -> sa.ColumnElement[bool]:
    if fold(word) == NOBODY:
        return ProjectTask.assignee_id.is_(None)
    if fold(word) == ME:
        me = collaborator_of(session, caller)
        return ProjectTask.assignee_id == me.id if me is not None else sa.false()
    if word.isascii() and word.isdigit():
        return ProjectTask.assignee_id == int(word[:18])
    return ProjectTask.assignee_id == named(session, caller.organisation_id, word).id


def _has_words(text: str) -> sa.ColumnElement[bool]:
    words = _WORD.findall(fold(text))[:_MOST_WORDS]
    if not words:
        return sa.false()
    simple: sa.ColumnElement[Any] = sa.literal_column("'simple'::regconfig")
    # Letters and digits alone stand in the quotes: none means anything to PostgreSQL.
    query = sa.func.to_tsquery(simple, " & ".join(f"'{word}':*" for word in words))
    said = sa.func.searched_words(sa.cast(ProjectTask.title, sa.Text), ProjectTask.description)
    return said.op("@@")(query)


def _write_cursor(order: TaskOrder, row: Any) -> str:
    return written(json.dumps([order, row.key, row[0].id]))


def _read_cursor(word: str, order: TaskOrder) -> tuple[str, int]:
    with reading(word) as text:
        made_for, key, task_id = json.loads(text)
        if made_for != order or not isinstance(key, str) or not isinstance(task_id, int):
            raise ValueError("of another order")
        return key, task_id


def shown(session: Session, organisation_id: int, tasks: Sequence[ProjectTask]) -> list[dict[str, Any]]:
    """Tasks as they are shown: with the names of people, projects and labels, and how much hangs on each."""
    ids = [task.id for task in tasks]
    today = today_of(session, organisation_id)
    people = _names(session, Collaborator.id, Collaborator.handle, {task.assignee_id for task in tasks})
    projects = _names(session, Project.id, Project.name, {task.project_id for task in tasks})
    labels: dict[int, list[str]] = {}
    named_so = (
        sa.select(TaskLabel.task_id, Label.name)
        .join(Label, Label.id == TaskLabel.label_id)
        .where(TaskLabel.task_id.in_(ids))
        .order_by(Label.name)
    )
    for task_id, name in session.execute(named_so):
        labels.setdefault(task_id, []).append(name)
    comments = _counts(session, TaskComment.task_id, ids)
    parts = _counts(session, ProjectTask.parent_id, ids)
    columns = [column.key for column in sa.inspect(ProjectTask).columns if column.key != "organisation_id"]
    return [
        {name: getattr(task, name) for name in columns}
        | {
            "assignee": people.get(task.assignee_id),
            "project": projects.get(task.project_id),
            "labels": labels.get(task.id, []),
            "comments": comments.get(task.id, 0),
            "subtasks": parts.get(task.id, 0),
            "overdue": task.due_date is not None and task.due_date < today and task.status != TaskStatus.DONE,
        }
        for task in tasks
    ]


def _names(session: Session, key: Any, name: Any, ids: set[int | None]) -> dict[int | None, str]:
    wanted = ids - {None}
    rows = session.execute(sa.select(key, name).where(key.in_(wanted))) if wanted else ()
    return {row[0]: row[1] for row in rows}


def _counts(session: Session, column: Any, ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    counted = sa.select(column, sa.func.count()).where(column.in_(ids)).group_by(column)
    return {row[0]: row[1] for row in session.execute(counted)}


def show_task(organisation_id: int, task_id: int) -> dict[str, Any]:
    """One task as it is shown. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return shown(session, organisation_id, [found(session, ProjectTask, organisation_id, task_id)])[0]
