"""Who hears of an alert next: one step after the other, until somebody is on it, or it holds no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.coordination.changing import found, note
from cci_app.coordination.comments import MONITOR, write_comment
from cci_app.coordination.models import Collaborator, Project, ProjectTask
from cci_app.coordination.monitor.calendar import WorkCalendar, next_waking
from cci_app.coordination.monitor.models import (
    Cause,
    EscalationStep,
    ReminderState,
    TaskAlert,
    TaskReminder,
    UrgencyLevel,
)
from cci_app.coordination.monitor.rules import MonitorRules
from cci_app.coordination.monitor.words import comment_on
from cci_app.core.tenants import timezone_of

_AT_ONCE = 500
# The longest that somebody is left in peace: a run of holidays.
_LONGEST_REST = timedelta(days=10)


def escalate(session: Session, organisation_id: int, rules: MonitorRules, now: datetime) -> int:
    """Tell whoever is next of each alert that is due; how many reminders that made.

    A time that lies farther ahead than any rule sets was set by a clock that went wrong: it is due too.
    """
    longest = timedelta(hours=max(*rules.hours_between.values(), rules.acknowledged_hours)) + _LONGEST_REST
    due = (
        sa.select(TaskAlert)
        .where(
            TaskAlert.organisation_id == organisation_id,
            TaskAlert.closed_at.is_(None),
            sa.or_(TaskAlert.next_at <= now, TaskAlert.next_at > now + longest),
        )
        .order_by(TaskAlert.score.desc(), TaskAlert.id)
        .limit(_AT_ONCE)
        .with_for_update()
    )
    return sum(_go_on(session, alert, rules, now) for alert in session.scalars(due).all())


def _go_on(session: Session, alert: TaskAlert, rules: MonitorRules, now: datetime) -> int:
    """Make the reminder of the next step at which there is somebody to tell; how many that made."""
    if alert.acknowledged_until is not None:
        # Whoever was on it has had their time.
        alert.acknowledged_until = alert.acknowledged_at = alert.acknowledged_by = None
        alert.round, alert.step = alert.round + 1, 0
    steps = rules.causes[Cause(alert.cause)].steps if alert.cause in rules.causes else ()
    if alert.cause in rules.told_once and _was_told(session, alert):
        alert.next_at = None
        return 0
    task = found(session, ProjectTask, alert.organisation_id, alert.task_id)
    people = _people(session, task, steps)
    if alert.step >= len(steps):
        alert.round, alert.step = alert.round + 1, 0
    if alert.round > rules.most_rounds:
        alert.next_at = None
        return 0
    between = timedelta(hours=rules.hours_between[UrgencyLevel(alert.level)])
    told = _told_in(session, alert)
    while alert.step < len(steps):
        step = steps[alert.step]
        alert.step += 1
        person = people.get(step)
        if person is not None and person.id not in told:
            zone = waking_zone(session, person)
            waking = next_waking(now, zone, rules.quiet, WorkCalendar.of(zone, rules.country))
            # Whoever is told in the morning has their hours from then on.
            alert.next_at = waking + between
            return _remind(session, alert, task, step, person, rules, now, waking)
    # Nobody is left in this round, or nobody is there at all: the next one begins when it is time.
    alert.next_at = now + between
    return 0


def _remind(
    session: Session,
    alert: TaskAlert,
    task: ProjectTask,
    step: EscalationStep,
    person: Collaborator,
    rules: MonitorRules,
    now: datetime,
    waking: datetime,
) -> int:
    made = insert(TaskReminder).values(
        organisation_id=alert.organisation_id,
        alert_id=alert.id,
        collaborator_id=person.id,
        cause=alert.cause,
        round=alert.round,
        step=step,
        not_before=waking,
        created_at=now,
    )
    once = made.on_conflict_do_nothing(index_elements=["organisation_id", "alert_id", "round", "step"])
    if session.scalar(once.returning(TaskReminder.id)) is None:
        return 0
    changes = {"cause": [None, alert.cause], "step": [None, step.value], "person": [None, person.id]}
    note(session, alert.organisation_id, task.project_id, "task.reminded", changes, task.id)
    if rules.causes[Cause(alert.cause)].comment and alert.round == 1:
        write_comment(
            session,
            alert.organisation_id,
            task.id,
            comment_on(session, alert, step, person),
            via=MONITOR,
            outside_key=f"alert {alert.id} {step}",
        )
    return 1


def _people(session: Session, task: ProjectTask, steps: Sequence[EscalationStep]) -> dict[EscalationStep, Collaborator]:
    """Who is at each step of a task, of those who are there and can be reached."""
    project = found(session, Project, task.organisation_id, task.project_id)
    assignee = session.get(Collaborator, task.assignee_id) if task.assignee_id is not None else None
    ids = {
        EscalationStep.ASSIGNEE: task.assignee_id,
        EscalationStep.MANAGER: project.manager_id or (assignee.manager_id if assignee else None),
        EscalationStep.OWNER: project.owner_id,
    }
    people = {step: session.get(Collaborator, ids[step]) for step in steps if ids[step] is not None}
    return {step: each for step, each in people.items() if each is not None and each.left_on is None and each.reach}


def _told_in(session: Session, alert: TaskAlert) -> frozenset[int]:
    chosen = sa.select(TaskReminder.collaborator_id).where(
        TaskReminder.organisation_id == alert.organisation_id,
        TaskReminder.alert_id == alert.id,
        TaskReminder.round == alert.round,
    )
    return frozenset(session.scalars(chosen))


def _was_told(session: Session, alert: TaskAlert) -> bool:
    """Whether anybody heard of it, or is about to, in whatever round."""
    chosen = sa.select(TaskReminder.id).where(
        TaskReminder.organisation_id == alert.organisation_id,
        TaskReminder.alert_id == alert.id,
        TaskReminder.state != ReminderState.CANCELLED,
    )
    return session.scalar(chosen.limit(1)) is not None


def waking_zone(session: Session, person: Collaborator) -> ZoneInfo:
    """The zone by whose clock somebody is left in peace: theirs, else the organisation's."""
    return ZoneInfo(person.timezone) if person.timezone else timezone_of(session, person.organisation_id)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How many alerts of a task somebody is on now, and until when they are left in peace."""

    alerts: int
    until: datetime


def acknowledge(
    session: Session, organisation_id: int, task_id: int, who: str, rules: MonitorRules, now: datetime
) -> Acknowledged:
    """Somebody is on it: nobody else hears of the task until they have had their time; what waits is not sent."""
    task = found(session, ProjectTask, organisation_id, task_id)
    until = now + timedelta(hours=rules.acknowledged_hours)
    mine = [
        TaskAlert.organisation_id == organisation_id,
        TaskAlert.task_id == task_id,
        TaskAlert.closed_at.is_(None),
    ]
    ids = session.scalars(
        sa.update(TaskAlert)
        .where(*mine)
        .values(acknowledged_at=now, acknowledged_by=who[:254], acknowledged_until=until, next_at=until)
        .returning(TaskAlert.id)
    ).all()
    if ids:
        session.execute(
            sa.update(TaskReminder)
            .where(
                TaskReminder.organisation_id == organisation_id,
                TaskReminder.alert_id.in_(ids),
                TaskReminder.state == ReminderState.WAITING,
            )
            .values(state=ReminderState.CANCELLED)
        )
        note(
            session,
            organisation_id,
            task.project_id,
            "task.acknowledged",
            {"until": [None, until.isoformat()]},
            task_id,
        )
    return Acknowledged(len(ids), until)
