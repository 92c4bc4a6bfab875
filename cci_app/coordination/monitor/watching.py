"""Looking at an organisation's work: what there is to speak of, and who hears of it next.

All that one look finds and decides is one transaction: a process that dies in it decided nothing.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.comments import MONITOR
from cci_app.coordination.handbook.models import RuleViolation, ViolationState
from cci_app.coordination.models import Collaborator, Project, ProjectStatus, ProjectTask, TaskComment, TaskStatus
from cci_app.coordination.monitor.calendar import WorkCalendar
from cci_app.coordination.monitor.escalating import escalate
from cci_app.coordination.monitor.models import Cause, MonitorState, TaskAlert
from cci_app.coordination.monitor.rules import MonitorRules
from cci_app.coordination.monitor.ruling import MONITOR_RULES
from cci_app.coordination.monitor.urgency import NOT_URGENT, TaskFacts, Urgency, urgency_of
from cci_app.core.database import tenant_transaction
from cci_app.core.tenants import timezone_of
from cci_app.core.text import fold

_LAST_COMMENTS = 3
_READ = 4_000


@dataclass(frozen=True, slots=True)
class Found:
    """A reason to speak of a task, what it hangs on, and how urgent the task is; what breaks a rule."""

    task_id: int
    cause: Cause
    anchor: str
    urgency: Urgency
    violation_id: int | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        """What tells it from all others."""
        return (self.task_id, self.cause.value, self.anchor)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a look came to: how many tasks there were, how many alerts of each cause, how many reminders it made."""

    tasks: int
    found: Mapping[str, int]
    reminders: int


def look(organisation_id: int, now: datetime) -> LookedAt | None:
    """Look at the work of an organisation; None where somebody else is looking."""
    began = time.monotonic()
    with tenant_transaction(organisation_id) as session:
        state = _hold(session, organisation_id)
        if state is None:
            return None
        rules, zone = MONITOR_RULES.counting(session, organisation_id), timezone_of(session, organisation_id)
        today, calendar = now.astimezone(zone).date(), WorkCalendar.of(zone, rules.country)
        tasks = facts(session, organisation_id)
        gone = _who_left(session, organisation_id)
        found = [each for task in tasks for each in reasons(task, rules, calendar, today, zone, gone)]
        if Cause.BROKEN_RULE in rules.causes:
            found += breaches(session, organisation_id, tasks, rules, today)
        keep(session, organisation_id, found, now)
        reminders = escalate(session, organisation_id, rules, now)
        counts = dict(Counter(each.cause.value for each in found))
        state.checked_at, state.tasks, state.found, state.error = now, len(tasks), counts, None
        state.duration_ms = int((time.monotonic() - began) * 1000)
        return LookedAt(len(tasks), counts, reminders)


def _hold(session: Session, organisation_id: int) -> MonitorState | None:
    session.execute(insert(MonitorState).values(organisation_id=organisation_id).on_conflict_do_nothing())
    chosen = sa.select(MonitorState).where(MonitorState.organisation_id == organisation_id)
    return session.scalars(chosen.with_for_update(skip_locked=True)).one_or_none()


def facts(session: Session, organisation_id: int) -> list[TaskFacts]:
    """Of every task of an active project that is not done, what the monitor looks at."""
    said = sa.and_(TaskComment.task_id == ProjectTask.id, TaskComment.via != MONITOR)
    newest = (
        sa.select(TaskComment.content)
        .where(said)
        .order_by(TaskComment.id.desc())
        .limit(_LAST_COMMENTS)
        .correlate(ProjectTask)
        .subquery()
    )
    words = sa.select(sa.func.string_agg(newest.c.content, " ")).scalar_subquery()
    counted = sa.select(sa.func.count()).where(said).correlate(ProjectTask).scalar_subquery()
    last = sa.select(sa.func.max(TaskComment.created_at)).where(said).correlate(ProjectTask).scalar_subquery()
    columns = (
        "id",
        "project_id",
        "title",
        "status",
        "assignee_id",
        "due_date",
        "created_at",
        "status_at",
        "touched_at",
    )
    rows = session.execute(
        sa.select(
            *(getattr(ProjectTask, name) for name in columns),
            sa.cast(ProjectTask.estimate_hours, sa.Float).label("estimate_hours"),
            sa.cast(ProjectTask.spent_hours, sa.Float).label("spent_hours"),
            last.label("last_comment_at"),
            counted.label("comments"),
            ProjectTask.description,
            words.label("words"),
        )
        .join(Project, Project.id == ProjectTask.project_id)
        .where(
            ProjectTask.organisation_id == organisation_id,
            ProjectTask.status != TaskStatus.DONE,
            Project.status == ProjectStatus.ACTIVE,
        )
        .order_by(ProjectTask.id)
    )
    return [_facts(row._asdict()) for row in rows]


def _facts(row: dict[str, Any]) -> TaskFacts:
    said = fold(" ".join(filter(None, (row["title"], row.pop("description"), row.pop("words"))))[:_READ])
    return TaskFacts(**row, said=said)


def reasons(
    task: TaskFacts, rules: MonitorRules, calendar: WorkCalendar, today: date, zone: ZoneInfo, gone: frozenset[int]
) -> Sequence[Found]:
    """All reasons to speak of a task today; `gone` are those who left, and whose tasks are nobody's."""
    anchors = _anchors(task, rules, calendar, today, zone, gone)
    if not anchors:
        return ()
    urgency = urgency_of(task, rules.urgency, today)
    return [Found(task.id, cause, anchor, urgency) for cause, anchor in anchors.items()]


def _anchors(
    task: TaskFacts, rules: MonitorRules, calendar: WorkCalendar, today: date, zone: ZoneInfo, gone: frozenset[int]
) -> dict[Cause, str]:
    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    def days(cause: Cause) -> int:
        return rules.causes[cause].days

    found: dict[Cause, str] = {}
    due = task.due_date
    if due is not None and due < today and calendar.between(due, today) >= days(Cause.LATE):
        found[Cause.LATE] = due.isoformat()
    if due is not None and today <= due <= calendar.ahead(today, days(Cause.DUE_SOON)):
        found[Cause.DUE_SOON] = due.isoformat()
    if task.assignee_id is None or task.assignee_id in gone:
        since = due or day(task.created_at)
        is_near = due is not None and due <= calendar.ahead(today, days(Cause.UNASSIGNED))
        if is_near or (due is None and calendar.between(since, today) >= days(Cause.UNASSIGNED)):
            found[Cause.UNASSIGNED] = f"{since.isoformat()} {task.assignee_id or ''}".strip()
    if task.status == TaskStatus.IN_PROGRESS:
        touched, said = day(task.touched_at), day(max(filter(None, (task.last_comment_at, task.status_at))))
        if calendar.between(touched, today) >= days(Cause.STUCK):
            found[Cause.STUCK] = touched.isoformat()
        if calendar.between(said, today) >= days(Cause.SILENT):
            found[Cause.SILENT] = said.isoformat()
    estimate = task.estimate_hours
    if estimate and task.spent_hours >= estimate * rules.causes[Cause.OVER_ESTIMATE].share:
        found[Cause.OVER_ESTIMATE] = f"{estimate:g}"
    return {cause: anchor for cause, anchor in found.items() if cause in rules.causes}


def breaches(
    session: Session, organisation_id: int, tasks: Sequence[TaskFacts], rules: MonitorRules, today: date
) -> Sequence[Found]:
    """What breaks rules of the handbook in active projects, also where the task is done.

    It hangs on since when: what was mended and is broken anew is another reason.
    """
    chosen = (
        sa.select(RuleViolation.id, RuleViolation.task_id, RuleViolation.since)
        .join(ProjectTask, ProjectTask.id == RuleViolation.task_id)
        .join(Project, Project.id == ProjectTask.project_id)
        .where(
            RuleViolation.organisation_id == organisation_id,
            RuleViolation.state == ViolationState.OPEN,
            Project.status == ProjectStatus.ACTIVE,
        )
        .order_by(RuleViolation.id)
    )
    rows = session.execute(chosen).all()
    broken = {row.task_id for row in rows}
    urgent = {task.id: urgency_of(task, rules.urgency, today) for task in tasks if task.id in broken}
    return [
        Found(
            row.task_id,
            Cause.BROKEN_RULE,
            f"{row.id} {row.since.isoformat()}",
            urgent.get(row.task_id, NOT_URGENT),
            row.id,
        )
        for row in rows
    ]


def keep(session: Session, organisation_id: int, found: Sequence[Found], now: datetime) -> None:
    """Open an alert for what is new, close what holds no more, and say of each how urgent it is now."""
    wanted = {each.key: each for each in found}
    asked = TaskAlert.cause == Cause.ASKED
    is_open = sa.select(TaskAlert).where(TaskAlert.organisation_id == organisation_id, TaskAlert.closed_at.is_(None))
    for alert in session.scalars(is_open.with_for_update()):
        each = wanted.pop((alert.task_id, alert.cause, alert.anchor), None)
        if each is not None:
            alert.level, alert.score, alert.reasons = _told(each)
        elif alert.cause != Cause.ASKED:
            alert.closed_at = now
    done = sa.select(ProjectTask.id).where(ProjectTask.status == TaskStatus.DONE)
    over = sa.update(TaskAlert).where(asked, TaskAlert.closed_at.is_(None), TaskAlert.task_id.in_(done))
    session.execute(over.values(closed_at=now), execution_options={"synchronize_session": False})
    for each in wanted.values():
        level, score, why = _told(each)
        told = {"level": level, "score": score, "reasons": why, "violation_id": each.violation_id}
        open_alert(session, organisation_id, each.key, now, told)


def open_alert(
    session: Session, organisation_id: int, key: tuple[int, str, str], now: datetime, told: Mapping[str, Any]
) -> None:
    """Open an alert. One that was closed goes on with its next round: what was told is not told again."""
    task_id, cause, anchor = key
    made = insert(TaskAlert).values(
        organisation_id=organisation_id,
        task_id=task_id,
        cause=cause,
        anchor=anchor,
        opened_at=now,
        next_at=now,
        **told,
    )
    again = {"closed_at": None, "acknowledged_until": None, "acknowledged_at": None, "acknowledged_by": None}
    session.execute(
        made.on_conflict_do_update(
            index_elements=["organisation_id", "task_id", "cause", "anchor"],
            set_={**again, "round": TaskAlert.round + 1, "step": 0, "next_at": now, **told},
            where=TaskAlert.closed_at.is_not(None),
        )
    )


def _told(found: Found) -> tuple[str, int, list[dict[str, int | str]]]:
    return found.urgency.level.value, found.urgency.score, [*found.urgency.reasons]


def _who_left(session: Session, organisation_id: int) -> frozenset[int]:
    chosen = sa.select(Collaborator.id).where(
        Collaborator.organisation_id == organisation_id, Collaborator.left_on.is_not(None)
    )
    return frozenset(session.scalars(chosen))
