"""Which part of the work is meant: a project's, somebody's, that of a field such as design; and all that has names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.models import Collaborator, Label, Project, ProjectTask, TaskLabel, TaskPriority, TaskStatus
from cci_app.core.text import fold

# What people speak of in words is what was touched lately; older tasks are named by their number.
_MOST_TASKS = 1_000
_MOST_PROJECTS = 500


@dataclass(frozen=True, slots=True)
class WorkScope:
    """A part of the work; None and empty stand for all of it.

    A task is of a field where it has one of the `labels`, or is with somebody who has one of the `roles`.
    """

    project_id: int | None = None
    person_id: int | None = None
    priority: TaskPriority | None = None
    unassigned: bool = False
    labels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def conditions(self, session: Session, organisation_id: int) -> list[sa.ColumnElement[bool]]:
        """What must be true of its tasks."""
        met: list[sa.ColumnElement[bool]] = [ProjectTask.organisation_id == organisation_id]
        if self.project_id is not None:
            met.append(ProjectTask.project_id == self.project_id)
        if self.person_id is not None:
            met.append(ProjectTask.assignee_id == self.person_id)
        if self.priority is not None:
            met.append(ProjectTask.priority == self.priority)
        if self.unassigned:
            met.append(ProjectTask.assignee_id.is_(None))
        if self.labels or self.roles:
            met.append(self._of_field(session, organisation_id))
        return met

    def _of_field(self, session: Session, organisation_id: int) -> sa.ColumnElement[bool]:
        labels = session.execute(sa.select(Label.id, Label.name).where(Label.organisation_id == organisation_id))
        people = session.execute(
            sa.select(Collaborator.id, Collaborator.role).where(Collaborator.organisation_id == organisation_id)
        )
        names, roles = {fold(name) for name in self.labels}, [fold(role) for role in self.roles]
        label_ids = [row.id for row in labels if fold(row.name) in names]
        person_ids = [row.id for row in people if any(role in fold(row.role) for role in roles)]
        labelled = sa.select(TaskLabel.task_id).where(TaskLabel.label_id.in_(label_ids))
        return sa.or_(ProjectTask.id.in_(labelled), ProjectTask.assignee_id.in_(person_ids))


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody by their names."""

    id: int
    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedProject:
    """A project by its name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class NamedTask:
    """A task by what people call it."""

    id: int
    title: str
    project_id: int
    project: str
    labels: tuple[str, ...]
    is_done: bool


@dataclass(frozen=True, slots=True)
class NamedWork:
    """Whom, and which projects, a message may name."""

    people: Sequence[NamedPerson]
    projects: Sequence[NamedProject]


def named_work(session: Session, organisation_id: int) -> NamedWork:
    """Who is there, and the projects."""
    people = session.execute(
        sa.select(Collaborator.id, Collaborator.handle, Collaborator.name)
        .where(Collaborator.organisation_id == organisation_id, Collaborator.left_on.is_(None))
        .order_by(Collaborator.id)
    )
    projects = session.execute(
        sa.select(Project.id, Project.name)
        .where(Project.organisation_id == organisation_id)
        .order_by(Project.id.desc())
        .limit(_MOST_PROJECTS)
    )
    return NamedWork(
        [NamedPerson(row.id, row.handle, row.name) for row in people],
        [NamedProject(row.id, row.name) for row in projects],
    )


def latest_tasks(session: Session, organisation_id: int) -> Sequence[NamedTask]:
    """The tasks that were touched last, these first."""
    return _tasks(session, organisation_id, None)


def named_tasks(session: Session, organisation_id: int, ids: Collection[int]) -> Sequence[NamedTask]:
    """Those tasks of the organisation that there are of some numbers, in the order of the numbers."""
    places = {task_id: place for place, task_id in enumerate(ids)}
    return sorted(_tasks(session, organisation_id, ids), key=lambda each: places[each.id])


def _tasks(session: Session, organisation_id: int, ids: Collection[int] | None) -> list[NamedTask]:
    chosen = (
        sa.select(ProjectTask.id, ProjectTask.title, ProjectTask.project_id, ProjectTask.status, Project.name)
        .join(Project, Project.id == ProjectTask.project_id)
        .where(ProjectTask.organisation_id == organisation_id)
        .order_by(ProjectTask.touched_at.desc(), ProjectTask.id.desc())
        .limit(_MOST_TASKS)
    )
    rows = session.execute(chosen if ids is None else chosen.where(ProjectTask.id.in_(ids))).all()
    labels: dict[int, list[str]] = {}
    of_tasks = sa.select(TaskLabel.task_id, Label.name).join(Label, Label.id == TaskLabel.label_id)
    for task_id, name in session.execute(of_tasks.where(TaskLabel.task_id.in_([row.id for row in rows]))):
        labels.setdefault(task_id, []).append(name)
    return [
        NamedTask(
            row.id, row.title, row.project_id, row.name, tuple(labels.get(row.id, ())), row.status == TaskStatus.DONE
        )
        for row in rows
    ]
