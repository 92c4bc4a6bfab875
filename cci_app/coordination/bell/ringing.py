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
    """What concerns whoever calls, the newest fifty; nothing where they work on nothing."""
    with tenant_transaction(caller.organisation_id) as session:
        person = collaborator_of(session, caller)
        if person is None:
            return Bell((), 0)
        since, all_of_it = _since(person), _all_of(person, caller)
        newest = sa.select(all_of_it).order_by(all_of_it.c.at.desc(), all_of_it.c.task_id.desc()).limit(MOST)
        rows = session.execute(newest).mappings()
        items = [BellItem(**{**row, "kind": BellKind(row["kind"])}, unread=row["at"] > since) for row in rows]
        return Bell(items, _count(session, all_of_it, since))


def unread_of(caller: Caller) -> int:
    """How much of it is new to whoever calls; it is counted where it stands, and none of it is loaded."""
    with tenant_transaction(caller.organisation_id) as session:
        person = collaborator_of(session, caller)
        return 0 if person is None else _count(session, _all_of(person, caller), _since(person))


def see_bell(caller: Caller) -> None:
    """Say that whoever calls has seen what there is until now."""
    with tenant_transaction(caller.organisation_id) as session:
        person = collaborator_of(session, caller)
        if person is not None:
            # It is no change of theirs that others could have seen: the version stays.
            person.seen_at = clock.now()


def _since(person: Collaborator) -> datetime:
    return person.seen_at or person.created_at


def _count(session: Session, all_of_it: sa.Subquery, since: datetime) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(all_of_it).where(all_of_it.c.at > since)) or 0


def _all_of(person: Collaborator, caller: Caller) -> sa.Subquery:
    """All that concerns somebody, in the order of the fields of BellItem."""
    return sa.union_all(_given(person, caller), _mentioned(person), _reminded(person)).subquery()


def _columns(kind: BellKind, at: Any, who: Any, told: Any) -> tuple[Any, ...]:
    named = (sa.literal(kind.value).label("kind"), at.label("at"), ProjectTask.id.label("task_id"))
    return (*named, ProjectTask.title.label("title"), who.label("who"), told.label("told"))


def _given(person: Collaborator, caller: Caller) -> sa.Select[Any]:
    """Tasks that are theirs and not done, since somebody else gave them."""
    given = (
        sa.select(ProjectEvent.at, ProjectEvent.name, ProjectEvent.who)
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
    return (
        sa.select(*_columns(BellKind.GIVEN, given.c.at, given.c.name, sa.literal("")))
        .select_from(ProjectTask)
        .join(given, sa.true())
        .where(
            ProjectTask.organisation_id == person.organisation_id,
            ProjectTask.assignee_id == person.id,
            ProjectTask.status != TaskStatus.DONE,
            given.c.who != caller.who,
        )
    )


def _mentioned(person: Collaborator) -> sa.Select[Any]:
    meant: Any = sa.literal([person.id], sa.dialects.postgresql.JSONB)
    return (
        sa.select(*_columns(BellKind.MENTIONED, TaskComment.created_at, TaskComment.author, TaskComment.content))
        .join(ProjectTask, ProjectTask.id == TaskComment.task_id)
        .where(
            TaskComment.organisation_id == person.organisation_id,
            TaskComment.mentions.op("@>")(meant),
            TaskComment.author_id.is_distinct_from(person.id),
            # Of what the monitor tells they are reminded.
            TaskComment.via != "monitor",
        )
    )


def _reminded(person: Collaborator) -> sa.Select[Any]:
    return (
        sa.select(*_columns(BellKind.REMINDED, TaskReminder.created_at, sa.literal(""), TaskReminder.cause))
        .join(TaskAlert, TaskAlert.id == TaskReminder.alert_id)
        .join(ProjectTask, ProjectTask.id == TaskAlert.task_id)
        .where(
            TaskReminder.organisation_id == person.organisation_id,
            TaskReminder.collaborator_id == person.id,
            TaskReminder.state != ReminderState.CANCELLED,
            TaskAlert.closed_at.is_(None),
        )
    )
