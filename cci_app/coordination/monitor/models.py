"""Tables of the monitor: alerts, the reminders that they cause, the messages that carry them, and the rules.

An alert is one reason to speak of a task, as long as it holds; a reminder is that one person is told of it at one step.
Both have keys in the database: whatever is killed, and whatever the clock does, neither is made twice.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.coordination.ruling import RuleText
from cci_app.core.database import Base, OrganisationOwned, belongs_to


class Cause(StrEnum):
    """Why somebody is told of a task."""

    LATE = "late"
    DUE_SOON = "due_soon"
    STUCK = "stuck"
    UNASSIGNED = "unassigned"
    OVER_ESTIMATE = "over_estimate"
    SILENT = "silent"
    BROKEN_RULE = "broken_rule"
    ASKED = "asked"


class EscalationStep(StrEnum):
    """Who is told, one after the other."""

    ASSIGNEE = "assignee"
    MANAGER = "manager"
    OWNER = "owner"


class UrgencyLevel(StrEnum):
    """How urgent a task is, from the score of `coordination.monitor.urgency`."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class ReminderState(StrEnum):
    """Where a reminder stands: it waits, a message carries it, or it was needed no more when it would have left."""

    WAITING = "waiting"
    CARRIED = "carried"
    CANCELLED = "cancelled"


class MessageState(StrEnum):
    """Where a message with reminders stands; one given to a channel's outbox has its further states there."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


def _listed(values: type[StrEnum]) -> str:
    return ", ".join(repr(value.value) for value in values)


class TaskAlert(OrganisationOwned, Base):
    """One reason to speak of a task, from when it was found until it holds no more.

    `anchor` is what the reason hangs on, as the due date: another one is another alert. `violation_id` is what breaks a
    rule of the handbook, where that is the reason. `score` and `reasons` say how urgent and why. `round` and `step` are
    those that come next, at `next_at`. Who acknowledged it has until `acknowledged_until`; then it begins again.
    """

    __tablename__ = "task_alerts"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        belongs_to("rule_violations", "violation_id"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "task_id", "cause", "anchor"),
        sa.CheckConstraint(f"cause IN ({_listed(Cause)})", name="cause"),
        sa.CheckConstraint(f"level IN ({_listed(UrgencyLevel)})", name="level"),
        sa.Index(None, "violation_id"),
        sa.Index(
            "ix_task_alerts_open", "organisation_id", "next_at", "id", postgresql_where=sa.text("closed_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.BigInteger)
    violation_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    cause: Mapped[str] = mapped_column(sa.String(16))
    anchor: Mapped[str] = mapped_column(sa.String(64))
    level: Mapped[str] = mapped_column(sa.String(8))
    score: Mapped[int]
    reasons: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    opened_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(server_default=sa.text("1"))
    step: Mapped[int] = mapped_column(server_default=sa.text("0"))
    next_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(sa.String(254))
    acknowledged_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class TaskReminder(OrganisationOwned, Base):
    """That somebody is told of an alert, at a step of a round: once, by the key of the table."""

    __tablename__ = "task_reminders"
    __table_args__ = (
        belongs_to("task_alerts", "alert_id"),
        belongs_to("collaborators", "collaborator_id"),
        belongs_to("reminder_messages", "message_id"),
        sa.UniqueConstraint("organisation_id", "alert_id", "round", "step"),
        sa.CheckConstraint(f"state IN ({_listed(ReminderState)})", name="state"),
        sa.CheckConstraint(f"step IN ({_listed(EscalationStep)})", name="step"),
        sa.Index(
            "ix_task_reminders_waiting",
            *("organisation_id", "collaborator_id", "not_before"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(None, "message_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    alert_id: Mapped[int] = mapped_column(sa.BigInteger)
    collaborator_id: Mapped[int] = mapped_column(sa.BigInteger)
    cause: Mapped[str] = mapped_column(sa.String(16))
    round: Mapped[int]
    step: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(16), server_default=ReminderState.WAITING.value)
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger)


class ReminderMessage(OrganisationOwned, Base):
    """One message to one person, with one reminder or a digest of several.

    It is claimed before it is sent. A mail whose sender died is sent again under the same Message-ID, by which whoever
    receives it knows that it is the same; a channel's message is a row of the outbox, put there once. With a `text` of
    its own it carries no reminder: somebody asked for it.
    """

    __tablename__ = "reminder_messages"
    __table_args__ = (
        belongs_to("collaborators", "collaborator_id"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.CheckConstraint(f"state IN ({_listed(MessageState)})", name="state"),
        sa.Index("ix_reminder_messages_due", "not_before", "id", postgresql_where=sa.text("state = 'queued'")),
        sa.Index("ix_reminder_messages_person", "organisation_id", "collaborator_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    collaborator_id: Mapped[int] = mapped_column(sa.BigInteger)
    via: Mapped[str] = mapped_column(sa.String(16))
    target: Mapped[str] = mapped_column(sa.String(254))
    text: Mapped[str | None]
    state: Mapped[str] = mapped_column(sa.String(16), server_default=MessageState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    not_before: Mapped[datetime]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class MonitorState(OrganisationOwned, Base):
    """When an organisation's work was last looked at, and what was found. Who looks holds the row."""

    __tablename__ = "monitor_states"

    organisation_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    checked_at: Mapped[datetime | None]
    tasks: Mapped[int] = mapped_column(server_default=sa.text("0"))
    found: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    duration_ms: Mapped[int] = mapped_column(server_default=sa.text("0"))
    error: Mapped[str | None]


class MonitorRuleSet(RuleText, Base):
    """Rules that an organisation wrote itself."""

    __tablename__ = "monitor_rule_sets"
    __table_args__ = (sa.Index(None, "organisation_id", "id"),)
