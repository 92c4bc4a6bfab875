"""Reminders become messages: all that one person waits for in one, not in the night, and only what still holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.handbook.models import RuleViolation
from cci_app.coordination.models import Collaborator, Project, ProjectTask
from cci_app.coordination.monitor.calendar import WorkCalendar, next_waking
from cci_app.coordination.monitor.escalating import waking_zone
from cci_app.coordination.monitor.models import (
    Cause,
    ReminderMessage,
    ReminderState,
    TaskAlert,
    TaskReminder,
    UrgencyLevel,
)
from cci_app.coordination.monitor.rules import MonitorRules
from cci_app.coordination.monitor.words import ToTell

# Farther ahead no reminder waits; one that does was set by a clock that went wrong.
_FARTHEST = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Carried:
    """A message that was just made, who gets it and what it tells."""

    message: ReminderMessage
    person: Collaborator
    tasks: Sequence[ToTell]


def people_waiting(session: Session, organisation_id: int, now: datetime) -> Sequence[int]:
    """Who has reminders that are due."""
    due = sa.select(TaskReminder.collaborator_id).where(*_due(organisation_id, now)).distinct()
    return session.scalars(due.order_by(TaskReminder.collaborator_id)).all()


def carry(session: Session, organisation_id: int, person_id: int, rules: MonitorRules, now: datetime) -> Carried | None:
    """Make one message of what somebody waits for; None where it is too early, or nothing holds any more."""
    chosen = sa.select(Collaborator).where(
        Collaborator.organisation_id == organisation_id, Collaborator.id == person_id
    )
    person = session.scalars(chosen.with_for_update(skip_locked=True)).one_or_none()
    if person is None:
        return None
    mine = [*_due(organisation_id, now), TaskReminder.collaborator_id == person_id]
    due = session.scalars(sa.select(TaskReminder).where(*mine).order_by(TaskReminder.id)).all()
    told = _still_true(session, due)
    for reminder in due:
        if reminder.id not in told or person.left_on is not None or not person.reach:
            reminder.state = ReminderState.CANCELLED
    waiting = [reminder for reminder in due if reminder.state == ReminderState.WAITING]
    if not waiting:
        return None
    zone = waking_zone(session, person)
    awake = next_waking(now, zone, rules.quiet, WorkCalendar.of(zone, rules.country))
    soonest = max(awake, _after_last(session, person, rules, now))
    if soonest > now:
        for reminder in waiting:
            reminder.not_before = soonest
        return None
    way = person.reach[0]
    message = ReminderMessage(
        organisation_id=organisation_id,
        collaborator_id=person.id,
        via=way["via"],
        target=way["to"],
        not_before=now,
        created_at=now,
    )
    session.add(message)
    session.flush()
    for reminder in waiting:
        reminder.state, reminder.message_id = ReminderState.CARRIED, message.id
    session.flush()
    unique = {(each.task_id, each.cause, each.anchor): each for reminder in waiting if (each := told[reminder.id])}
    return Carried(message, person, [*unique.values()])


def told_by(session: Session, message: ReminderMessage) -> list[ToTell]:
    """What a message tells that still holds: what was settled since it was made is left out."""
    chosen = sa.select(TaskReminder).where(TaskReminder.message_id == message.id).order_by(TaskReminder.id)
    return [*_still_true(session, session.scalars(chosen).all()).values()]


def _due(organisation_id: int, now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        TaskReminder.organisation_id == organisation_id,
        TaskReminder.state == ReminderState.WAITING,
        sa.or_(TaskReminder.not_before <= now, TaskReminder.not_before > now + _FARTHEST),
    ]


def _still_true(session: Session, reminders: Sequence[TaskReminder]) -> dict[int, ToTell]:
    """What each reminder tells, of those whose alert is open, and that nobody is on meanwhile."""
    rows = session.execute(
        sa.select(
            TaskReminder.id,
            TaskReminder.collaborator_id,
            TaskAlert.cause,
            TaskAlert.anchor,
            TaskAlert.level,
            ProjectTask.id.label("task_id"),
            ProjectTask.title,
            ProjectTask.assignee_id,
            Project.name.label("project"),
            Collaborator.name.label("assignee"),
            RuleViolation.told.label("broken"),
        )
        .join(TaskAlert, TaskAlert.id == TaskReminder.alert_id)
        .join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
        .join(Project, Project.id == ProjectTask.project_id)
        .outerjoin(Collaborator, Collaborator.id == ProjectTask.assignee_id)
        .outerjoin(RuleViolation, RuleViolation.id == TaskAlert.violation_id)
        .where(
            TaskReminder.id.in_([reminder.id for reminder in reminders]),
            TaskAlert.closed_at.is_(None),
            TaskAlert.acknowledged_until.is_(None),
        )
        .order_by(TaskAlert.score.desc(), TaskReminder.id)
    )
    return {
        row.id: ToTell(
            row.task_id,
            row.title,
            row.project,
            Cause(row.cause),
            row.anchor,
            UrgencyLevel(row.level),
            row.assignee if row.assignee_id != row.collaborator_id else None,
            row.broken,
        )
        for row in rows
    }


def _after_last(session: Session, person: Collaborator, rules: MonitorRules, now: datetime) -> datetime:
    """When somebody may be written to again: what comes up meanwhile goes with it."""
    chosen = sa.select(sa.func.max(ReminderMessage.created_at)).where(
        ReminderMessage.organisation_id == person.organisation_id,
        ReminderMessage.collaborator_id == person.id,
        ReminderMessage.created_at <= now,
    )
    last = session.scalar(chosen)
    return last + timedelta(minutes=rules.pause_minutes) if last is not None else now
