"""Rules tried on what happened: which alerts they would have made, by the tasks and their history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.comments import MONITOR
from cci_app.coordination.handbook.models import RuleViolation
from cci_app.coordination.models import (
    AiAction,
    AiActionKind,
    Collaborator,
    Project,
    ProjectEvent,
    ProjectStatus,
    ProjectTask,
    TaskComment,
    TaskStatus,
)
from cci_app.coordination.monitor.calendar import WorkCalendar
from cci_app.coordination.monitor.models import Cause, UrgencyLevel
from cci_app.coordination.monitor.rules import MonitorRules
from cci_app.coordination.monitor.urgency import TaskFacts
from cci_app.coordination.monitor.watching import reasons
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of
from cci_app.core.text import fold

# When of a day the past is looked at.
_AT = time(12, 0)
_MOST_TASKS = 2_000
_MOST_ACTIONS = 5_000
_UNDONE = {"status", "due_date", "assignee_id", "estimate_hours", "spent_hours"}


@dataclass(frozen=True, slots=True)
class RulesTrial:
    """What rules would have come to in the last `days`: alerts of each cause, at most so many reminders, by level.

    What breaks the handbook has no level. `without_asking` counts by rule what would not have been asked for a yes.
    """

    days: int
    tasks: int
    alerts: Mapping[str, int]
    levels: Mapping[str, int]
    reminders: int
    without_asking: Mapping[str, int]


def try_rules(organisation_id: int, rules: MonitorRules, now: datetime, days: int = 30) -> RulesTrial:
    """Look back day by day, as the rules would have looked. Nobody is told of anything.

    How things stood is what they are, with every change since taken back. Nobody answers in such a trial: an alert goes
    through its steps until it holds no more, so `reminders` is the most that there would have been.
    """
    with tenant_transaction(organisation_id) as session:
        zone = timezone_of(session, organisation_id)
        tasks, events, said = _kept(session, organisation_id, now - timedelta(days=days))
        unasked = _unasked(session, organisation_id, rules, now - timedelta(days=days))
        broken = _broken(session, organisation_id, rules, now - timedelta(days=days))
    calendar, today = WorkCalendar.of(zone, rules.country), now.astimezone(zone).date()
    seen: dict[tuple[int, str, str], list[str]] = {}
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        moment = datetime.combine(day, _AT, zone).astimezone(UTC)
        for task in tasks:
            then = _as_it_was(task, events.get(task.id, ()), said.get(task.id, ()), moment)
            if then is not None:
                for each in reasons(then, rules, calendar, day, zone, frozenset()):
                    seen.setdefault(each.key, []).append(each.urgency.level.value)
    reminders = 0
    for (_, cause, _), levels in seen.items():
        rule = next(rule for name, rule in rules.causes.items() if name.value == cause)
        between = rules.hours_between[UrgencyLevel(levels[-1])]
        reminders += (
            1 if rule.once else min(len(rule.steps) * rules.most_rounds, 1 + int((len(levels) - 1) * 24 / between))
        )
    alerts = dict(Counter(cause for _, cause, _ in seen))
    if broken:
        alerts[Cause.BROKEN_RULE.value] = broken
    return RulesTrial(
        days,
        len(tasks),
        alerts,
        dict(Counter(levels[-1] for levels in seen.values())),
        reminders + broken,
        unasked,
    )


def _broken(session: Session, organisation_id: int, rules: MonitorRules, since: datetime) -> int:
    """How often a rule of the handbook was broken since then and somebody would have heard; what was mended too."""
    if Cause.BROKEN_RULE not in rules.causes:
        return 0
    chosen = (
        sa.select(sa.func.count())
        .select_from(RuleViolation)
        .join(ProjectTask, ProjectTask.id == RuleViolation.task_id)
        .join(Project, Project.id == ProjectTask.project_id)
        .where(
            RuleViolation.organisation_id == organisation_id,
            RuleViolation.since > since,
            Project.status == ProjectStatus.ACTIVE,
        )
    )
    return session.scalar(chosen) or 0


def _unasked(session: Session, organisation_id: int, rules: MonitorRules, since: datetime) -> Mapping[str, int]:
    """Of what assistants were asked for since then, how much each rule would have let be done without a yes."""
    if not rules.without_asking:
        return {}
    chosen = (
        sa.select(AiAction.kind, AiAction.data, AiAction.asked_by, Collaborator.role, ProjectTask.assignee_id)
        .join(Collaborator, Collaborator.id == AiAction.asked_by)
        .outerjoin(ProjectTask, ProjectTask.id == AiAction.task_id)
        .where(AiAction.organisation_id == organisation_id, AiAction.created_at > since)
        .order_by(AiAction.id.desc())
        .limit(_MOST_ACTIONS)
    )
    let = Counter[str]()
    for row in session.execute(chosen):
        kind = AiActionKind(row.kind)
        whose = row.data.get("assignee_id") if kind is AiActionKind.CREATE_TASK else row.assignee_id
        name = rules.unasked(kind, row.role, is_own=whose == row.asked_by)
        let.update([name] if name is not None else [])
    return dict(let)


def _kept(
    session: Session, organisation_id: int, since: datetime
) -> tuple[list[TaskFacts], dict[int, list[Any]], dict[int, list[datetime]]]:
    """Tasks as they are, what was changed of each since then, the newest first, and when something was said."""
    rows = session.execute(
        sa.select(ProjectTask)
        .join(Project, Project.id == ProjectTask.project_id)
        .where(
            ProjectTask.organisation_id == organisation_id,
            Project.status == ProjectStatus.ACTIVE,
            sa.or_(ProjectTask.completed_at.is_(None), ProjectTask.completed_at > since),
        )
        .order_by(ProjectTask.id.desc())
        .limit(_MOST_TASKS)
    ).scalars()
    tasks = [_present(row) for row in rows]
    ids = [task.id for task in tasks]
    events: dict[int, list[Any]] = {}
    changed = sa.select(ProjectEvent).where(
        ProjectEvent.organisation_id == organisation_id, ProjectEvent.task_id.in_(ids), ProjectEvent.at > since
    )
    for event in session.scalars(changed.order_by(ProjectEvent.id.desc())):
        events.setdefault(event.task_id or 0, []).append(event)
    said: dict[int, list[datetime]] = {}
    comments = sa.select(TaskComment.task_id, TaskComment.created_at).where(
        TaskComment.task_id.in_(ids), TaskComment.via != MONITOR
    )
    for task_id, at in session.execute(comments):
        said.setdefault(task_id, []).append(at)
    return tasks, events, said


def _present(row: ProjectTask) -> TaskFacts:
    return TaskFacts(
        id=row.id,
        project_id=row.project_id,
        title=row.title,
        status=row.status,
        assignee_id=row.assignee_id,
        due_date=row.due_date,
        estimate_hours=float(row.estimate_hours) if row.estimate_hours is not None else None,
        spent_hours=float(row.spent_hours),
        created_at=row.created_at,
        status_at=row.status_at,
        touched_at=row.touched_at,
        last_comment_at=None,
        comments=0,
        said=fold(f"{row.title} {row.description[:2000]}"),
    )


def _as_it_was(
    task: TaskFacts, events: Sequence[ProjectEvent], said: Sequence[datetime], moment: datetime
) -> TaskFacts | None:
    """The task as it stood at that moment; None where it was not there, or was done."""
    if task.created_at > moment:
        return None
    undone: dict[str, Any] = {}
    for event in events:
        if event.at > moment:
            undone |= {name: values[0] for name, values in event.changes.items() if name in _UNDONE}
    if isinstance(due := undone.get("due_date"), str):
        undone["due_date"] = date.fromisoformat(due)
    before = [event.at for event in events if event.at <= moment]
    moved = [event.at for event in events if event.at <= moment and "status" in event.changes]
    heard = [at for at in said if at <= moment]
    then = replace(
        task,
        **undone,
        touched_at=max(before, default=min(task.touched_at, moment)),
        status_at=max(moved, default=min(task.status_at, moment)),
        last_comment_at=max(heard, default=None),
        comments=len(heard),
    )
    return None if then.status == TaskStatus.DONE else then
