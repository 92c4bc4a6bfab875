"""The figures of a report: what was done in its days, and how the work stands when it is made."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.comments import MONITOR
from cci_app.coordination.finding import is_overdue
from cci_app.coordination.models import Collaborator, Project, ProjectTask, TaskComment, TaskStatus, TimeEntry
from cci_app.coordination.monitor.models import ReminderState, TaskAlert, TaskReminder
from cci_app.core.tenants import timezone_of
from cci_app.jobs.models import Frequency

MOST_LISTED = 10
_WEEK = timedelta(days=7)
_count = sa.func.count


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """The days of a report, both ends with it."""

    period: Frequency
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Of what: everything, a project, somebody, or what somebody does in a project."""

    organisation_id: int
    project_id: int | None = None
    collaborator_id: int | None = None

    @property
    def tasks(self) -> list[sa.ColumnElement[bool]]:
        """What must be true of its tasks."""
        return self.of(ProjectTask.assignee_id)

    def of(self, owner: Any) -> list[sa.ColumnElement[bool]]:
        """What must be true of what hangs on a task and is `owner`'s, whoever has the task."""
        met: list[sa.ColumnElement[bool]] = [ProjectTask.organisation_id == self.organisation_id]
        if self.project_id is not None:
            met.append(ProjectTask.project_id == self.project_id)
        if self.collaborator_id is not None:
            met.append(owner == self.collaborator_id)
        return met


def span_of(period: Frequency, on: date) -> ReportSpan:
    """The days of the report that is made on a day: the day, the seven days or the month before it."""
    if period is Frequency.MONTHLY:
        end = on.replace(day=1) - timedelta(days=1)
        return ReportSpan(period, end.replace(day=1), end)
    return ReportSpan(period, on - timedelta(days=7 if period is Frequency.WEEKLY else 1), on - timedelta(days=1))


def figures_of(session: Session, scope: ReportScope, span: ReportSpan, now: datetime) -> dict[str, Any]:
    """All of the figures, as they are kept."""
    counting = _Counting(session, scope, span, now)
    return {
        "as_of": now.isoformat(),
        "totals": counting.totals(),
        "projects": counting.projects(),
        "people": counting.people(),
        "late": counting.late(),
        "finished": counting.finished(),
    }


class _Counting:
    """One report's counting, in the days of the organisation's zone."""

    def __init__(self, session: Session, scope: ReportScope, span: ReportSpan, now: datetime) -> None:
        self._session, self._scope, self._span = session, scope, span
        self._zone = timezone_of(session, scope.organisation_id)
        self._today = now.astimezone(self._zone).date()
        self._is_open = ProjectTask.status != TaskStatus.DONE
        self._late = is_overdue(self._today)
        self._by_project = self._hours(ProjectTask.project_id)

    def _within(self, column: Any) -> sa.ColumnElement[bool]:
        day = sa.cast(sa.func.timezone(self._zone.key, column), sa.Date)
        return day.between(self._span.starts, self._span.ends)

    def _task_counts(self) -> list[Any]:
        return [
            _count().filter(self._within(ProjectTask.created_at)).label("given"),
            _count().filter(self._within(ProjectTask.completed_at)).label("done"),
            _count().filter(self._is_open).label("open"),
            _count().filter(self._late).label("overdue"),
        ]

    def totals(self) -> dict[str, Any]:
        """What was given, done, spent and said in the days; what is open, late and nobody's now."""
        soon = ProjectTask.due_date.between(self._today, self._today + _WEEK)
        tasks = self._session.execute(
            sa.select(
                *self._task_counts(),
                _count().filter(self._is_open, ProjectTask.assignee_id.is_(None)).label("unassigned"),
                _count().filter(self._is_open, soon).label("due_soon"),
            ).where(*self._scope.tasks)
        ).one()
        said = (
            sa.select(_count())
            .select_from(TaskComment)
            .join(ProjectTask, ProjectTask.id == TaskComment.task_id)
            .where(*self._scope.of(TaskComment.author_id), TaskComment.via != MONITOR)
            .where(self._within(TaskComment.created_at))
        )
        told = (
            sa.select(_count())
            .select_from(TaskReminder)
            .join(TaskAlert, TaskAlert.id == TaskReminder.alert_id)
            .join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
            .where(*self._scope.of(TaskReminder.collaborator_id), TaskReminder.state == ReminderState.CARRIED)
            .where(self._within(TaskReminder.created_at))
        )
        return {
            **tasks._asdict(),
            "hours": sum(self._by_project.values()),
            "comments": self._session.scalar(said) or 0,
            "reminders": self._session.scalar(told) or 0,
        }

    def _hours(self, column: Any) -> dict[int | None, float]:
        """Hours spent in the days, by a column of task or entry."""
        spent = (
            sa.select(column, sa.func.sum(TimeEntry.hours))
            .join(ProjectTask, ProjectTask.id == TimeEntry.task_id)
            .where(*self._scope.of(TimeEntry.collaborator_id))
            .where(TimeEntry.day.between(self._span.starts, self._span.ends))
            .group_by(column)
        )
        return {row[0]: float(row[1]) for row in self._session.execute(spent)}

    def projects(self) -> list[dict[str, Any]]:
        """The same of each project in which there is anything to tell, by name."""
        counts = (
            sa.select(ProjectTask.project_id, _count().label("total"), *self._task_counts())
            .where(*self._scope.tasks)
            .group_by(ProjectTask.project_id)
        )
        rows = {row.project_id: row._asdict() for row in self._session.execute(counts)}
        hours = self._by_project
        names = sa.select(Project.id, Project.name).where(Project.id.in_({*rows, *hours}))
        return [
            {"id": each.id, "name": each.name, **_counts_of(rows.get(each.id)), "hours": hours.get(each.id, 0.0)}
            for each in self._session.execute(names.order_by(Project.name, Project.id))
        ]

    def people(self) -> list[dict[str, Any]]:
        """The same of each person: whoever has an open task, or did something in the days."""
        counts = (
            sa.select(ProjectTask.assignee_id, _count().label("total"), *self._task_counts())
            .where(*self._scope.tasks, ProjectTask.assignee_id.is_not(None))
            .group_by(ProjectTask.assignee_id)
        )
        rows = {row.assignee_id: row._asdict() for row in self._session.execute(counts)}
        hours = self._hours(TimeEntry.collaborator_id)
        known = sa.select(Collaborator.id).where(Collaborator.id.in_({*rows, *hours} - {None}))
        found = [
            {"id": each, **_counts_of(rows.get(each)), "hours": hours.get(each, 0.0)}
            for each in self._session.scalars(known.order_by(Collaborator.name, Collaborator.id))
        ]
        return [each for each in found if each["open"] or each["done"] or each["hours"]]

    def late(self) -> list[dict[str, Any]]:
        """The tasks that are late now, the latest first."""
        chosen = self._listed().where(self._late).order_by(ProjectTask.due_date, ProjectTask.id)
        return [
            {**_task(row), "days": (self._today - row.due_date).days}
            for row in self._session.execute(chosen.limit(MOST_LISTED))
        ]

    def finished(self) -> list[dict[str, Any]]:
        """The tasks that were done in the days, the last first."""
        done = self._listed().where(self._within(ProjectTask.completed_at))
        chosen = done.order_by(ProjectTask.completed_at.desc(), ProjectTask.id)
        return [_task(row) for row in self._session.execute(chosen.limit(MOST_LISTED))]

    def _listed(self) -> Any:
        columns = (ProjectTask.id, ProjectTask.title, ProjectTask.assignee_id, ProjectTask.due_date)
        return (
            sa.select(*columns, Project.name.label("project"))
            .join(Project, Project.id == ProjectTask.project_id)
            .where(*self._scope.tasks)
        )


def _counts_of(row: dict[str, Any] | None) -> dict[str, int]:
    return {name: row[name] if row else 0 for name in ("total", "given", "done", "open", "overdue")}


def _task(row: Any) -> dict[str, Any]:
    due = row.due_date.isoformat() if row.due_date else None
    return {"id": row.id, "title": row.title, "project": row.project, "who": row.assignee_id, "due": due}
