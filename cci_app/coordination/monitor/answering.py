"""Whoever was reminded says that they are on it: what they were told of last is left in peace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.coordination.models import ProjectTask
from cci_app.coordination.monitor.escalating import acknowledge
from cci_app.coordination.monitor.models import ReminderState, TaskAlert, TaskReminder
from cci_app.coordination.monitor.ruling import MONITOR_RULES


@dataclass(frozen=True, slots=True)
class AnsweredReminder:
    """The tasks that somebody is on now, by their numbers and titles, and until when they are left in peace."""

    tasks: Sequence[tuple[int, str]]
    until: datetime


def answer_reminder(
    session: Session, organisation_id: int, person_id: int, who: str, now: datetime
) -> AnsweredReminder | None:
    """Take it that somebody is on what the last message to them told of and still holds; None where nothing does."""
    still_open = (
        sa.select(TaskReminder.message_id, ProjectTask.id, ProjectTask.title)
        .join(TaskAlert, TaskAlert.id == TaskReminder.alert_id)
        .join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
        .where(
            TaskReminder.organisation_id == organisation_id,
            TaskReminder.collaborator_id == person_id,
            TaskReminder.state == ReminderState.CARRIED,
            TaskAlert.closed_at.is_(None),
            TaskAlert.acknowledged_until.is_(None),
        )
        .order_by(TaskReminder.message_id.desc(), TaskReminder.id)
    )
    rows = session.execute(still_open).all()
    tasks = {row.id: row.title for row in rows if row.message_id == rows[0].message_id}
    if not tasks:
        return None
    rules = MONITOR_RULES.counting(session, organisation_id)
    until = [acknowledge(session, organisation_id, task_id, who, rules, now).until for task_id in tasks]
    return AnsweredReminder([*tasks.items()], max(until))
