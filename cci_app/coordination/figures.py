"""Figures of the work: how much there is, how much is late, and who has how much of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.finding import is_overdue, today_of
from cci_app.coordination.models import Collaborator, ProjectTask, TaskPriority, TaskStatus
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """What somebody has to do that is not done.

    `hours_left` is what their estimates leave: of each task the estimate less what was spent, not less than none.
    `hours_per_week` is what they have. `unestimated` tasks count for nothing in the hours.
    """

    id: int
    handle: str
    name: str
    open: int
    overdue: int
    in_progress: int
    unestimated: int
    hours_left: float
    hours_per_week: float

    @property
    def weeks_left(self) -> float:
        """How many weeks of theirs the hours fill."""
        return round(self.hours_left / self.hours_per_week, 2) if self.hours_per_week else 0.0


@dataclass(frozen=True, slots=True)
class WorkStats:
    """Counts of tasks, and hours, on a day."""

    total: int
    by_status: Mapping[str, int]
    by_priority: Mapping[str, int]
    overdue: int
    due_this_week: int
    unassigned: int
    completed_last_7_days: int
    estimate_hours: float
    spent_hours: float


def work_stats(organisation_id: int, project_id: int | None = None) -> WorkStats:
    """Counts of all tasks, or of a project's; priorities, late and unassigned ones are counted of what is not done."""
    with tenant_transaction(organisation_id) as session:
        return stats_of(session, organisation_id, _of(organisation_id, project_id))


def stats_of(session: Session, organisation_id: int, met: Sequence[sa.ColumnElement[bool]]) -> WorkStats:
    """The same of the tasks that meet the conditions, in the session's transaction."""
    today = today_of(session, organisation_id)
    zone = timezone_of(session, organisation_id)
    is_open = ProjectTask.status != TaskStatus.DONE
    done_on = sa.cast(sa.func.timezone(zone.key, ProjectTask.completed_at), sa.Date)
    count = sa.func.count
    row = session.execute(
        sa.select(
            count().label("total"),
            *(count().filter(ProjectTask.status == each).label(f"status_{each}") for each in TaskStatus),
            *(count().filter(is_open, ProjectTask.priority == each).label(f"priority_{each}") for each in TaskPriority),
            count().filter(is_overdue(today)).label("overdue"),
            count().filter(is_open, ProjectTask.due_date.between(today, today + _WEEK)).label("due_this_week"),
            count().filter(is_open, ProjectTask.assignee_id.is_(None)).label("unassigned"),
            count().filter(done_on > today - _WEEK).label("completed_last_7_days"),
            sa.func.coalesce(sa.func.sum(ProjectTask.estimate_hours), 0).label("estimate_hours"),
            sa.func.coalesce(sa.func.sum(ProjectTask.spent_hours), 0).label("spent_hours"),
        ).where(*met)
    ).one()
    figures = row._asdict()
    return WorkStats(
        by_status={each.value: figures[f"status_{each}"] for each in TaskStatus},
        by_priority={each.value: figures[f"priority_{each}"] for each in TaskPriority},
        estimate_hours=float(row.estimate_hours),
        spent_hours=float(row.spent_hours),
        **{
            name: figures[name] for name in ("total", "overdue", "due_this_week", "unassigned", "completed_last_7_days")
        },
    )


def counts_of_projects(organisation_id: int, project_ids: Collection[int]) -> dict[int, Mapping[str, int]]:
    """Of each project how many tasks it has (`total`), are `done` and `overdue`."""
    count = sa.func.count
    with tenant_transaction(organisation_id) as session:
        late = is_overdue(today_of(session, organisation_id))
        rows = session.execute(
            sa.select(
                ProjectTask.project_id,
                count().label("total"),
                count().filter(ProjectTask.status == TaskStatus.DONE).label("done"),
                count().filter(late).label("overdue"),
            )
            .where(ProjectTask.organisation_id == organisation_id, ProjectTask.project_id.in_(project_ids))
            .group_by(ProjectTask.project_id)
        )
        counted = {row.project_id: {"total": row.total, "done": row.done, "overdue": row.overdue} for row in rows}
    return {each: counted.get(each, {"total": 0, "done": 0, "overdue": 0}) for each in project_ids}


def loads(organisation_id: int, project_id: int | None = None) -> list[PersonLoad]:
    """Of everybody who has open tasks, or is there, what they have to do; the fullest first."""
    with tenant_transaction(organisation_id) as session:
        return loads_in(session, organisation_id, _of(organisation_id, project_id))


def loads_in(session: Session, organisation_id: int, met: Sequence[sa.ColumnElement[bool]]) -> list[PersonLoad]:
    """The same of the tasks that meet the conditions, in the session's transaction."""
    today = today_of(session, organisation_id)
    left = sa.func.greatest(ProjectTask.estimate_hours - ProjectTask.spent_hours, 0)
    task = sa.and_(
        ProjectTask.assignee_id == Collaborator.id,
        ProjectTask.status != TaskStatus.DONE,
        *met,
    )
    has = ProjectTask.id.is_not(None)
    count = sa.func.count
    rows = session.execute(
        sa.select(
            Collaborator.id,
            Collaborator.handle,
            Collaborator.name,
            Collaborator.hours_per_week,
            count(ProjectTask.id).label("open"),
            count().filter(has, is_overdue(today)).label("overdue"),
            count().filter(ProjectTask.status == TaskStatus.IN_PROGRESS).label("in_progress"),
            count().filter(has, ProjectTask.estimate_hours.is_(None)).label("unestimated"),
            sa.func.coalesce(sa.func.sum(left), Decimal(0)).label("hours_left"),
        )
        .outerjoin(ProjectTask, task)
        .where(Collaborator.organisation_id == organisation_id)
        .group_by(Collaborator.id)
        .having(sa.or_(count(ProjectTask.id) > 0, Collaborator.left_on.is_(None)))
    ).all()
    found = [
        PersonLoad(
            **{name: value for name, value in row._asdict().items() if not isinstance(value, Decimal)},
            hours_left=float(row.hours_left),
            hours_per_week=float(row.hours_per_week),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (-each.weeks_left, -each.open, each.name))


@dataclass(frozen=True, slots=True)
class BurnUpDay:
    """Of a project at the end of a day: how many tasks there were, and how many of them were done."""

    day: date
    total: int
    done: int


def burn_up(organisation_id: int, project_id: int, days: int = 30) -> list[BurnUpDay]:
    """How a project came on in the last `days`, from when its tasks that there are now were given and done."""
    with tenant_transaction(organisation_id) as session:
        today = today_of(session, organisation_id)
        zone = timezone_of(session, organisation_id).key

        def on_day(column: Any) -> Any:
            return sa.cast(sa.func.timezone(zone, column), sa.Date)

        rows = session.execute(
            sa.select(
                on_day(ProjectTask.created_at).label("given"), on_day(ProjectTask.completed_at).label("done")
            ).where(*_of(organisation_id, project_id))
        ).all()
    spans = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return [
        BurnUpDay(
            day,
            sum(row.given <= day for row in rows),
            sum(row.done is not None and row.done <= day for row in rows),
        )
        for day in spans
    ]


def _of(organisation_id: int, project_id: int | None) -> list[sa.ColumnElement[bool]]:
    chosen = [ProjectTask.organisation_id == organisation_id]
    return chosen if project_id is None else [*chosen, ProjectTask.project_id == project_id]
