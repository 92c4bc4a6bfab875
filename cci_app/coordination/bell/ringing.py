"""What concerns somebody who works, the newest first: tasks that they were given, words that mean them, reminders.

Nothing is kept for it but when they last looked: it is read from what was done, so it is never twice and never lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller
from cci_app.coordination.collaborators import collaborator_of
from cci_app.coordination.models import Collaborator, ProjectEvent, ProjectTask, TaskComment, TaskStatus
from cci_app.coordination.monitor.models import ReminderState, TaskAlert, TaskReminder
from cci_app.core import clock
from cci_app.core.database import tenant_transaction

MOST = 50


class BellKind(StrEnum):
    """Why something concerns somebody."""

    GIVEN = "given"
    MENTIONED = "mentioned"
    REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class BellItem:
    """One thing: `who` did it, `told` is what they said, or the cause of a reminder."""

    kind: BellKind
    at: datetime
    task_id: int
    title: str
    who: str
    told: str
    unread: bool


@dataclass(frozen=True, slots=True)
class Bell:
    """What concerns somebody, and how much of it is new to them."""

    items: Sequence[BellItem]
    unread: int


def bell_of(caller: Caller) -> Bell:
    """What concerns whoever calls; nothing where they work on nothing."""
    with tenant_transaction(caller.organisation_id) as session:
        person = collaborator_of(session, caller)
        if person is None:
            return Bell((), 0)
        since = person.seen_at or person.created_at
        rows = [*_given(session, person, caller), *_mentioned(session, person), *_reminded(session, person)]
    items = [BellItem(*row, unread=row[1] > since) for row in rows]
    newest = sorted(items, key=lambda each: (each.at, each.task_id), reverse=True)[:MOST]
    return Bell(newest, sum(each.unread for each in newest))


def see_bell(caller: Caller) -> None:
    """Say that whoever calls has seen what there is until now."""
    with tenant_transaction(caller.organisation_id) as session:
        person = collaborator_of(session, caller)
        if person is not None:
            # It is no change of theirs that others could have seen: the version stays.
            person.seen_at = clock.now()


_Rows = list[tuple[BellKind, datetime, int, str, str, str]]


def _given(session: Session, person: Collaborator, caller: Caller) -> _Rows:
    """Tasks that are theirs and not done, since somebody else gave them."""
    given = (
        sa.select(ProjectEvent.at, ProjectEvent.name, ProjectEvent.who, ProjectEvent.id)
        .where(
            ProjectEvent.organisation_id == person.organisation_id,
            ProjectEvent.task_id == ProjectTask.id,
            sa.or_(
                ProjectEvent.act == "task.created",
                ProjectEvent.changes["assignee_id"][1].as_string() == str(person.id),
            ),
        )
        .order_by(ProjectEvent.id.desc())
        .limit(1)
        .lateral()
    )
    chosen = (
        sa.select(given.c.at, ProjectTask.id, ProjectTask.title, given.c.name, given.c.who)
        .join(given, sa.true())
        .where(
            ProjectTask.organisation_id == person.organisation_id,
            ProjectTask.assignee_id == person.id,
            ProjectTask.status != TaskStatus.DONE,
        )
        .order_by(given.c.at.desc())
    )
    rows = session.execute(chosen.limit(MOST))
    return [(BellKind.GIVEN, row.at, row.id, row.title, row.name, "") for row in rows if row.who != caller.who]


def _mentioned(session: Session, person: Collaborator) -> _Rows:
    meant: Any = sa.literal([person.id], sa.dialects.postgresql.JSONB)
    chosen = (
        sa.select(TaskComment.created_at, ProjectTask.id, ProjectTask.title, TaskComment.author, TaskComment.content)
        .join(ProjectTask, ProjectTask.id == TaskComment.task_id)
        .where(
            TaskComment.organisation_id == person.organisation_id,
            TaskComment.mentions.op("@>")(meant),
            TaskComment.author_id.is_distinct_from(person.id),
            # Of what the monitor tells they are reminded.
            TaskComment.via != "monitor",
        )
        .order_by(TaskComment.id.desc())
    )
    return [(BellKind.MENTIONED, *row) for row in session.execute(chosen.limit(MOST))]


def _reminded(session: Session, person: Collaborator) -> _Rows:
    chosen = (
        sa.select(TaskReminder.created_at, ProjectTask.id, ProjectTask.title, sa.literal(""), TaskReminder.cause)
        .join(TaskAlert, TaskAlert.id == TaskReminder.alert_id)
        .join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
        .where(
            TaskReminder.organisation_id == person.organisation_id,
            TaskReminder.collaborator_id == person.id,
            TaskReminder.state != ReminderState.CANCELLED,
            TaskAlert.closed_at.is_(None),
        )
        .order_by(TaskReminder.id.desc())
    )
    return [(BellKind.REMINDED, *row) for row in session.execute(chosen.limit(MOST))]
