"""What matters most, and how long things take: urgency beside the priority that was given, hours beside estimates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from cci_app.coordination.finding import today_of
from cci_app.coordination.models import Collaborator, Project, ProjectTask, TaskPriority, TaskStatus
from cci_app.coordination.monitor.models import UrgencyLevel
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.urgency import urgency_of
from cci_app.coordination.monitor.watching import facts
from cci_app.core.database import tenant_transaction

_MEANT: Final = {
    UrgencyLevel.CRITICAL: TaskPriority.HIGH,
    UrgencyLevel.HIGH: TaskPriority.HIGH,
    UrgencyLevel.NORMAL: TaskPriority.MEDIUM,
    UrgencyLevel.LOW: TaskPriority.LOW,
}
_RANK: Final = {TaskPriority.LOW: 0, TaskPriority.MEDIUM: 1, TaskPriority.HIGH: 2}


@dataclass(frozen=True, slots=True)
class WeighedTask:
    """How urgent a task is, by the monitor's rules, and the priority that somebody gave it.

    `suggested` is a higher one, where the urgency calls for it; else None: what somebody thinks important stays so.
    """

    task_id: int
    title: str
    project_id: int
    priority: str
    suggested: str | None
    level: str
    score: int
    reasons: Sequence[dict[str, Any]]


def weighed(organisation_id: int, project_id: int | None = None, limit: int = 50) -> list[WeighedTask]:
    """The open tasks of active projects, the most urgent first."""
    with tenant_transaction(organisation_id) as session:
        rules, today = MONITOR_RULES.counting(session, organisation_id), today_of(session, organisation_id)
        chosen = sa.select(ProjectTask.id, ProjectTask.priority).where(
            ProjectTask.organisation_id == organisation_id, ProjectTask.status != TaskStatus.DONE
        )
        given = {row.id: TaskPriority(row.priority) for row in session.execute(chosen)}
        known = [each for each in facts(session, organisation_id) if project_id in (None, each.project_id)]
    found = []
    for task in known:
        urgency, priority = urgency_of(task, rules.urgency, today), given.get(task.id, TaskPriority.MEDIUM)
        meant = _MEANT[urgency.level]
        found.append(
            WeighedTask(
                task.id,
                task.title,
                task.project_id,
                priority.value,
                meant.value if _RANK[meant] > _RANK[priority] else None,
                urgency.level.value,
                urgency.score,
                urgency.reasons,
            )
        )
    return sorted(found, key=lambda each: (-each.score, -_RANK[TaskPriority(each.priority)], each.task_id))[:limit]


@dataclass(frozen=True, slots=True)
class TimeShare:
    """Of the tasks of somebody, or of a project, that are done and were estimated: hours estimated and spent.

    `ratio` is spent by estimated: 1.5 took half as long again as was thought.
    """

    id: int | None
    name: str
    tasks: int
    estimate_hours: float
    spent_hours: float

    @property
    def ratio(self) -> float | None:
        """Spent by estimated; None where nothing was estimated."""
        return round(self.spent_hours / self.estimate_hours, 2) if self.estimate_hours else None


@dataclass(frozen=True, slots=True)
class Overrun:
    """A task that takes longer than was thought, done or not."""

    task_id: int
    title: str
    status: str
    estimate_hours: float
    spent_hours: float


@dataclass(frozen=True, slots=True)
class TimeAnalysis:
    """Hours beside estimates: all in all, by person and project, and the tasks that are farthest beyond theirs."""

    total: TimeShare
    people: Sequence[TimeShare]
    projects: Sequence[TimeShare]
    overruns: Sequence[Overrun]


def time_analysis(organisation_id: int, project_id: int | None = None, limit: int = 20) -> TimeAnalysis:
    """How long things took, and take, beside what was thought."""
    of_work: list[sa.ColumnElement[bool]] = [ProjectTask.organisation_id == organisation_id]
    if project_id is not None:
        of_work.append(ProjectTask.project_id == project_id)
    done = [*of_work, ProjectTask.status == TaskStatus.DONE, ProjectTask.estimate_hours > 0]
    sums = (
        sa.func.count(ProjectTask.id).label("tasks"),
        sa.func.coalesce(sa.func.sum(ProjectTask.estimate_hours), 0).label("estimate"),
        sa.func.coalesce(sa.func.sum(ProjectTask.spent_hours), 0).label("spent"),
    )
    over = ProjectTask.spent_hours - ProjectTask.estimate_hours
    with tenant_transaction(organisation_id) as session:
        total = session.execute(sa.select(*sums).where(*done)).one()
        shares = [
            session.execute(
                sa.select(named.id, named.name, *sums)
                .join(ProjectTask, column == named.id)
                .where(*done)
                .group_by(named.id)
                .order_by(sa.desc("spent"), named.id)
            ).all()
            for named, column in ((Collaborator, ProjectTask.assignee_id), (Project, ProjectTask.project_id))
        ]
        beyond = session.scalars(
            sa.select(ProjectTask).where(*of_work, over > 0).order_by(over.desc(), ProjectTask.id).limit(limit)
        ).all()
    people, projects = ([_share(row.id, row.name, row) for row in rows] for rows in shares)
    overruns = [
        Overrun(task.id, task.title, task.status, float(task.estimate_hours or 0), float(task.spent_hours))
        for task in beyond
    ]
    return TimeAnalysis(_share(None, "", total), people, projects, overruns)


def _share(row_id: int | None, name: str, row: Any) -> TimeShare:
    return TimeShare(row_id, name, row.tasks, float(row.estimate), float(row.spent))
