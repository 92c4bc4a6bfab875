"""Tasks: given, changed, moved, done, and given again where they recur."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.changing import apply, check_version, found, note, plain_value
from cci_app.coordination.collaborators import assignable
from cci_app.coordination.errors import RecurrenceUnclear, TaskCircle, UnknownStatus
from cci_app.coordination.labels import labels_named, set_labels
from cci_app.coordination.links import keep_of_no_task
from cci_app.coordination.models import POSITION_GAP, Project, ProjectTask, TaskLabel, TaskStatus, TimeEntry
from cci_app.coordination.projects import check_dates
from cci_app.coordination.recurrence import check_recurrence, next_day
from cci_app.core import clock
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.core.tenants import timezone_of

MOST_AT_ONCE = 200
# Deeper than anybody nests; a bound for whoever walks up.
_DEEPEST = 20
_CARRIED = ("project_id", "parent_id", "title", "description", "priority", "assignee_id", "estimate_hours")


def add_task(organisation_id: int, values: Mapping[str, Any]) -> ProjectTask:
    """Give a task, the last of its project; `label_ids` are its labels, or `labels` their names: new ones are made.

    Raises NotFound for what it names and is not there, TaskCircle, DatesReversed, RecurrenceUnclear, PersonLeft.
    """
    with tenant_transaction(organisation_id) as session:
        return write_task(session, organisation_id, values)


def write_task(session: Session, organisation_id: int, values: Mapping[str, Any]) -> ProjectTask:
    """The same in the session's transaction."""
    values = dict(values)
    label_ids, spent = _labels_in(session, organisation_id, values), values.pop("spent_hours", None)
    # Whoever gives or moves a task of a project waits for others who do: the order and the tree are one.
    found(session, Project, organisation_id, values["project_id"], locked=True)
    status = known_status(values.pop("status", TaskStatus.TODO))
    _check(session, organisation_id, values, None)
    now = clock.now()
    task = ProjectTask(
        organisation_id=organisation_id,
        position=_last_position(session, organisation_id, values["project_id"]) + POSITION_GAP,
        status=status,
        created_at=now,
        status_at=now,
        touched_at=now,
        completed_at=now if status is TaskStatus.DONE else None,
        **values,
    )
    if task.recurrence is not None:
        task.recurrence_from, task.recurrence = _recurs(task.recurrence, task.due_date)
    session.add(task)
    session.flush()
    if task.recurrence is not None:
        task.series_id = task.id
    if label_ids:
        set_labels(session, organisation_id, task.id, label_ids)
    session.flush()
    session.refresh(task)
    note(session, organisation_id, task.project_id, "task.created", {"title": [None, task.title]}, task.id)
    if spent:
        spend(session, task, Decimal(spent), None, None, "")
    return task


def change_task(organisation_id: int, task_id: int, changes: Mapping[str, Any], seen: int | None = None) -> ProjectTask:
    """Change what was named, at the version that was seen. See `add_task` for what is refused, and VersionConflict."""
    with tenant_transaction(organisation_id) as session:
        return rewrite_task(session, organisation_id, task_id, changes, seen)


def change_tasks(organisation_id: int, task_ids: Collection[int], changes: Mapping[str, Any]) -> list[ProjectTask]:
    """Change what was named of several, all or none. What is refused names the task in `details`."""
    if len(set(task_ids)) > MOST_AT_ONCE:
        raise InvalidInput(f"at most {MOST_AT_ONCE} tasks at once")
    with tenant_transaction(organisation_id) as session:
        changed = []
        for task_id in sorted(set(task_ids)):
            try:
                changed.append(rewrite_task(session, organisation_id, task_id, changes, None))
            except (InvalidInput, NotFound) as error:
                error.details["task_id"] = task_id
                raise
        return changed


def rewrite_task(
    session: Session, organisation_id: int, task_id: int, changes: Mapping[str, Any], seen: int | None
) -> ProjectTask:
    """The same in the session's transaction."""
    changes = dict(changes)
    task = found(session, ProjectTask, organisation_id, task_id)
    for project_id in sorted({task.project_id, changes.get("project_id", task.project_id)}):
        found(session, Project, organisation_id, project_id, locked=True)
    session.refresh(task, with_for_update=True)
    check_version(task, seen, changes)
    label_ids, spent = _labels_in(session, organisation_id, changes), changes.pop("spent_hours", None)
    if "status" in changes:
        changes["status"] = known_status(changes["status"])
    _check(session, organisation_id, changes, task)
    told = _applied(session, task, changes)
    if label_ids is not None:
        before, after = set_labels(session, organisation_id, task_id, label_ids)
        if before != after:
            told["labels"] = [before, after]
            task.version += 1
    if spent is not None and Decimal(spent) != task.spent_hours:
        spend(session, task, Decimal(spent) - task.spent_hours, None, None, "")
    if told:
        task.updated_at = task.touched_at = clock.now()
        note(session, organisation_id, task.project_id, "task.changed", told, task_id)
    session.flush()
    if "status" in told and task.status == TaskStatus.DONE and task.recurrence is not None:
        _give_again(session, task)
    return task


def remove_task(organisation_id: int, task_id: int, seen: int | None = None) -> None:
    """Remove a task with its sub-tasks. Raises NotFound, VersionConflict."""
    with tenant_transaction(organisation_id) as session:
        task = found(session, ProjectTask, organisation_id, task_id, locked=True)
        check_version(task, seen, {})
        keep_of_no_task(session, organisation_id, task_id)
        session.delete(task)
        note(session, organisation_id, task.project_id, "task.removed", {"title": [task.title, None]}, task_id)


def move_task(organisation_id: int, task_id: int, after_id: int | None, seen: int | None = None) -> ProjectTask:
    """Put a task behind another one of its project, or before all of them. Raises NotFound, VersionConflict."""
    with tenant_transaction(organisation_id) as session:
        task = found(session, ProjectTask, organisation_id, task_id)
        found(session, Project, organisation_id, task.project_id, locked=True)
        session.refresh(task, with_for_update=True)
        check_version(task, seen, {"after": after_id})
        before = found(session, ProjectTask, organisation_id, after_id) if after_id is not None else None
        if before is not None and before.project_id != task.project_id:
            raise NotFound(f"there is no task {after_id} in this project")
        place = _between(session, task, before)
        if place is None:
            _write_order_anew(session, task)
            if before is not None:
                session.refresh(before)
            place = _between(session, task, before)
        apply(task, {"position": place})
        session.flush()
        return task


def find_task(organisation_id: int, task_id: int) -> ProjectTask:
    """One task. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return found(session, ProjectTask, organisation_id, task_id)


def log_time(
    organisation_id: int,
    task_id: int,
    hours: Decimal,
    *,
    collaborator_id: int | None = None,
    day: date | None = None,
    text: str = "",
) -> ProjectTask:
    """Write down time spent on a task; less than none corrects. Raises NotFound, InvalidInput."""
    with tenant_transaction(organisation_id) as session:
        task = found(session, ProjectTask, organisation_id, task_id, locked=True)
        spend(session, task, hours, collaborator_id, day, text)
        return task


def spend(
    session: Session, task: ProjectTask, hours: Decimal, collaborator_id: int | None, day: date | None, text: str
) -> None:
    """The same in the session's transaction."""
    if hours == 0 or task.spent_hours + hours < 0:
        told = f"{task.spent_hours} hours were spent: {hours} cannot be added"
        raise InvalidInput(told, details={"hours": [told]})
    session.add(
        TimeEntry(
            organisation_id=task.organisation_id,
            task_id=task.id,
            collaborator_id=collaborator_id,
            day=day or clock.now().astimezone(timezone_of(session, task.organisation_id)).date(),
            hours=hours,
            note=text,
        )
    )
    spent = apply(task, {"spent_hours": task.spent_hours + hours})
    task.touched_at = clock.now()
    session.flush()
    note(session, task.organisation_id, task.project_id, "time.logged", spent, task.id)


def time_entries(organisation_id: int, task_id: int, limit: int = 200) -> Sequence[TimeEntry]:
    """What was spent on a task, the newest first. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        found(session, ProjectTask, organisation_id, task_id)
        chosen = sa.select(TimeEntry).where(TimeEntry.task_id == task_id).order_by(TimeEntry.id.desc())
        return session.scalars(chosen.limit(limit)).all()


def known_status(status: str) -> TaskStatus:
    """The status of that name. Raises UnknownStatus."""
    try:
        return TaskStatus(status)
    except ValueError:
        told = f"there is no status {str(status)[:40]}; there are: {', '.join(TaskStatus)}"
        raise UnknownStatus(told, details={"status": [told]}) from None


def _check(session: Session, organisation_id: int, values: Mapping[str, Any], task: ProjectTask | None) -> None:
    """Raise for a value that cannot be: `task` is what is changed, None for a new one."""

    def will_be(name: str) -> Any:
        return values[name] if name in values else getattr(task, name, None)

    check_dates(will_be("start_date"), will_be("due_date"), "due_date")
    if values.get("assignee_id") is not None and values["assignee_id"] != getattr(task, "assignee_id", None):
        assignable(session, organisation_id, values["assignee_id"])
    moves = "project_id" in values and task is not None and values["project_id"] != task.project_id
    if moves and session.scalar(sa.select(ProjectTask.id).where(ProjectTask.parent_id == will_be("id")).limit(1)):
        raise InvalidInput("a task with sub-tasks stays in its project: move those first")
    if will_be("parent_id") is not None and ("parent_id" in values or moves):
        _check_parent(session, organisation_id, task, will_be("parent_id"), will_be("project_id"))


def _check_parent(
    session: Session, organisation_id: int, task: ProjectTask | None, parent_id: int, project_id: int
) -> None:
    parent = found(session, ProjectTask, organisation_id, parent_id)
    if parent.project_id != project_id:
        told = f"task {parent_id} is of another project: a sub-task is of the same"
        raise InvalidInput(told, details={"parent_id": [told]})
    above: ProjectTask | None = parent
    for _ in range(_DEEPEST):
        if above is None:
            return
        if task is not None and above.id == task.id:
            told = f"task {task.id} would be, at some depth, its own sub-task"
            raise TaskCircle(told, details={"parent_id": [told]})
        above = found(session, ProjectTask, organisation_id, above.parent_id) if above.parent_id else None
    told = f"sub-tasks are nested {_DEEPEST} deep at most"
    raise InvalidInput(told, details={"parent_id": [told]})


def _labels_in(session: Session, organisation_id: int, values: dict[str, Any]) -> Collection[int] | None:
    """The ids of the labels that `values` names, by id or by name, which it has no more then; None for none named."""
    names, label_ids = values.pop("labels", None), values.pop("label_ids", None)
    return label_ids if names is None else labels_named(session, organisation_id, names)


def _applied(session: Session, task: ProjectTask, changes: dict[str, Any]) -> dict[str, list[Any]]:
    if "project_id" in changes and changes["project_id"] != task.project_id:
        last = _last_position(session, task.organisation_id, changes["project_id"])
        changes["position"] = last + POSITION_GAP
    if changes.get("recurrence") is not None:
        due = changes.get("due_date", task.due_date)
        changes["recurrence_from"], changes["recurrence"] = _recurs(changes["recurrence"], due)
        changes["series_id"] = task.series_id or task.id
    elif changes.get("due_date", task.due_date) is None and changes.get("recurrence", task.recurrence) is not None:
        raise _without_day()
    told = apply(task, changes)
    if "status" in told:
        task.status_at = clock.now()
        task.completed_at = task.status_at if task.status == TaskStatus.DONE else None
    return {name: values for name, values in told.items() if name not in {"position", "series_id", "recurrence_from"}}


def _recurs(rule: str, due: date | None) -> tuple[date, str]:
    if due is None:
        raise _without_day()
    return due, check_recurrence(rule, due)


def _without_day() -> RecurrenceUnclear:
    told = "a task that comes again needs a due date to come again from"
    return RecurrenceUnclear(told, details={"due_date": [told]})


def _give_again(session: Session, done: ProjectTask) -> None:
    """Give the next of a series, once for each due date, however often this one is done."""
    if done.due_date is None or done.recurrence is None or done.recurrence_from is None:
        return
    due = next_day(done.recurrence, done.recurrence_from, done.due_date)
    if due is None:
        return
    now = clock.now()
    ahead = done.due_date - done.start_date if done.start_date else None
    values = {name: getattr(done, name) for name in _CARRIED} | {
        "organisation_id": done.organisation_id,
        "start_date": due - ahead if ahead is not None else None,
        "due_date": due,
        "recurrence": done.recurrence,
        "recurrence_from": done.recurrence_from,
        "series_id": done.series_id,
        "position": _last_position(session, done.organisation_id, done.project_id) + POSITION_GAP,
        "created_at": now,
        "status_at": now,
        "touched_at": now,
    }
    made = insert(ProjectTask).values(values)
    once = made.on_conflict_do_nothing(index_elements=["organisation_id", "series_id", "due_date"])
    again = session.scalar(once.returning(ProjectTask.id))
    if again is None:
        return
    session.execute(
        sa.insert(TaskLabel).from_select(
            ["organisation_id", "task_id", "label_id"],
            sa.select(TaskLabel.organisation_id, sa.literal(again), TaskLabel.label_id).where(
                TaskLabel.task_id == done.id
            ),
        )
    )
    told = {"title": [None, done.title], "due_date": [None, plain_value(due)]}
    note(session, done.organisation_id, done.project_id, "task.recurred", told, again)


def _last_position(session: Session, organisation_id: int, project_id: int) -> int:
    chosen = sa.select(sa.func.max(ProjectTask.position)).where(
        ProjectTask.organisation_id == organisation_id, ProjectTask.project_id == project_id
    )
    return session.scalar(chosen) or 0


def _between(session: Session, task: ProjectTask, before: ProjectTask | None) -> int | None:
    """The place right behind `before`; None where there is no room."""
    others = sa.select(sa.func.min(ProjectTask.position)).where(
        ProjectTask.organisation_id == task.organisation_id,
        ProjectTask.project_id == task.project_id,
        ProjectTask.id != task.id,
    )
    low = before.position if before is not None else None
    high = session.scalar(others.where(ProjectTask.position > low) if low is not None else others)
    if high is None:
        return (low or 0) + POSITION_GAP
    low = high - 2 * POSITION_GAP if low is None else low
    return (low + high) // 2 if high - low > 1 else None


def _write_order_anew(session: Session, task: ProjectTask) -> None:
    session.flush()
    ranked = (
        sa.select(
            ProjectTask.id,
            (sa.func.row_number().over(order_by=(ProjectTask.position, ProjectTask.id)) * POSITION_GAP).label("place"),
        )
        .where(ProjectTask.organisation_id == task.organisation_id, ProjectTask.project_id == task.project_id)
        .subquery()
    )
    session.execute(
        sa.update(ProjectTask).where(ProjectTask.id == ranked.c.id).values(position=ranked.c.place),
        execution_options={"synchronize_session": False},
    )
    session.refresh(task)
