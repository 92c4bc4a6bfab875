"""How the work gets done: how much of it in some days, how much of that in time, how long it took, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.finding import today_of
from cci_app.coordination.models import Collaborator, ProjectTask
from cci_app.core.tenants import timezone_of

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class WorkPerformance:
    """What was done in the last `days`, and in as many before.

    Of those done `dated` had a due date, and `on_time` were done by then. `mean_days` is from when they were given;
    None where none was done. `by_person` has names and counts, the most first.
    """

    days: int
    completed: int
    before: int
    dated: int
    on_time: int
    mean_days: float | None
    by_person: Sequence[tuple[str, int]]


def performance_of(
    session: Session, organisation_id: int, met: Sequence[sa.ColumnElement[bool]], days: int = 30
) -> WorkPerformance:
    """How the tasks that meet the conditions got done."""
    today, zone = today_of(session, organisation_id), timezone_of(session, organisation_id).key
    done_on: Any = sa.cast(sa.func.timezone(zone, ProjectTask.completed_at), sa.Date)
    since, span = today - timedelta(days=days), timedelta(days=days)
    lately = sa.and_(done_on > since, done_on <= today)
    count = sa.func.count
    took = sa.func.extract("epoch", ProjectTask.completed_at - ProjectTask.created_at) / _DAY_SECONDS
    row = session.execute(
        sa.select(
            count().filter(lately).label("completed"),
            count().filter(done_on > since - span, done_on <= since).label("before"),
            count().filter(lately, ProjectTask.due_date.is_not(None)).label("dated"),
            count().filter(lately, done_on <= ProjectTask.due_date).label("on_time"),
            sa.func.avg(took).filter(lately).label("mean"),
        ).where(*met)
    ).one()
    people = session.execute(
        sa.select(Collaborator.name, count().label("tasks"))
        .join(ProjectTask, ProjectTask.assignee_id == Collaborator.id)
        .where(*met, lately)
        .group_by(Collaborator.id)
        .order_by(count().desc(), Collaborator.name)
    )
    return WorkPerformance(
        days,
        row.completed,
        row.before,
        row.dated,
        row.on_time,
        round(float(row.mean), 1) if row.mean is not None else None,
        [(each.name, each.tasks) for each in people],
    )
