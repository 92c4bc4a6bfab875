"""Tables of projects, of the people who work on them, of tasks and of all that hangs on a task.

`version` counts the changes of a row: whoever changes it may say which one they saw. Hours are decimal, days are those
of the organisation's time zone.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to

LONGEST_NAME = 200
LONGEST_TEXT = 20_000
LONGEST_RULE = 300
MOST_HOURS = Decimal("99999.99")
_HOURS = sa.Numeric(8, 2)
# Between two neighbours in an order; moves divide it, and where it is used up the order is written anew.
POSITION_GAP = 65_536


def _listed(values: type[StrEnum]) -> str:
    return ", ".join(repr(value.value) for value in values)


def _names(table: str, column: str, also: str = "id") -> sa.ForeignKeyConstraint:
    """That `column` names a row of the same organisation; where that row goes, it names none."""
    return sa.ForeignKeyConstraint(
        ("organisation_id", column), (f"{table}.organisation_id", f"{table}.{also}"), ondelete=f"SET NULL ({column})"
    )


class ProjectStatus(StrEnum):
    """Whether a project is worked on."""

    ACTIVE = "active"
    COMPLETED = "completed"
    ON_HOLD = "on_hold"


class TaskStatus(StrEnum):
    """How far a task is."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class TaskPriority(StrEnum):
    """How much a task matters to whoever gave it; how urgent it is, is computed (`coordination.urgency`)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class OutsideKind(StrEnum):
    """Through what a task or project is known outside, or was spoken of."""

    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    EMAIL = "email"
    VOICE = "voice"
    ZENDESK = "zendesk"
    CRM = "crm"
    HUBSPOT = "hubspot"


class AiActionKind(StrEnum):
    """What an assistant may propose."""

    COMMENT = "comment"
    ASSIGN = "assign"
    UPDATE_STATUS = "update_status"
    CREATE_TASK = "create_task"
    UPDATE_TASK = "update_task"
    LOG_TIME = "log_time"
    NOTIFY = "notify"


class AiActionState(StrEnum):
    """Where a proposal stands; all but the first are final."""

    PROPOSED = "proposed"
    EXECUTED = "executed"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"


class _Versioned:
    """Rows that several may change."""

    version: Mapped[int] = mapped_column(server_default=sa.text("1"), sort_order=90)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp(), sort_order=91)
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp(), sort_order=92)


class Collaborator(_Versioned, OrganisationOwned, Base):
    """Somebody who works on projects, a member of the organisation or not.

    `role` is what they do, as `designer`; `skills` are words for it. `reach` lists the ways to reach them, the best
    first: `{"via": "telegram", "to": "4711"}`. `manager_id` is who hears next when they do not answer. `timezone` is
    theirs where it is not the organisation's. Who has left keeps the row: what they did stays theirs. `seen_at` is when
    they last looked at what concerns them.
    """

    __tablename__ = "collaborators"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "handle"),
        sa.UniqueConstraint("organisation_id", "member_id"),
        _names("members", "member_id"),
        _names("collaborators", "manager_id"),
        sa.CheckConstraint("timezone IS NULL OR timezone(timezone, TIMESTAMP '2000-01-01') IS NOT NULL", name="zone"),
        sa.CheckConstraint("manager_id <> id", name="manager"),
        sa.Index(None, "manager_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    handle: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    role: Mapped[str] = mapped_column(sa.String(80), server_default="")
    skills: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    reach: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    member_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    manager_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    language: Mapped[str | None] = mapped_column(sa.String(2))
    timezone: Mapped[str | None] = mapped_column(sa.String(64))
    hours_per_week: Mapped[Decimal] = mapped_column(_HOURS, server_default=sa.text("40"))
    left_on: Mapped[date | None]
    seen_at: Mapped[datetime | None]


class Project(_Versioned, OrganisationOwned, Base):
    """Work with a name and, where there is one, a deadline. `owner_id` hears last, `manager_id` before."""

    __tablename__ = "projects"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.CheckConstraint(f"status IN ({_listed(ProjectStatus)})", name="status"),
        sa.CheckConstraint("start_date <= deadline", name="dates"),
        _names("collaborators", "owner_id"),
        _names("collaborators", "manager_id"),
        sa.Index(None, "owner_id"),
        sa.Index(None, "manager_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    description: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(sa.String(16), server_default=ProjectStatus.ACTIVE.value)
    start_date: Mapped[date | None]
    deadline: Mapped[date | None]
    owner_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    manager_id: Mapped[int | None] = mapped_column(sa.BigInteger)


class ProjectTask(_Versioned, OrganisationOwned, Base):
    """One thing to do.

    `parent_id` is a task of the same project; there are no circles. `position` orders the tasks of a project. Time
    spent is the sum of its entries. A task with a `recurrence` (RFC 5545, without DTSTART) makes the next of its
    `series_id` when it is done, one a due date. `status_at` is when it last came to its status, `touched_at` when
    somebody last did something with it.
    """

    __tablename__ = "project_tasks"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "series_id", "due_date"),
        belongs_to("projects", "project_id"),
        belongs_to("project_tasks", "parent_id"),
        _names("collaborators", "assignee_id"),
        sa.CheckConstraint(f"status IN ({_listed(TaskStatus)})", name="status"),
        sa.CheckConstraint(f"priority IN ({_listed(TaskPriority)})", name="priority"),
        sa.CheckConstraint("start_date <= due_date", name="dates"),
        sa.CheckConstraint("parent_id <> id", name="parent"),
        sa.CheckConstraint("estimate_hours >= 0 AND spent_hours >= 0", name="hours"),
        sa.CheckConstraint("(status = 'done') = (completed_at IS NOT NULL)", name="completed"),
        sa.Index("ix_project_tasks_order", "organisation_id", "project_id", "position", "id"),
        sa.Index("ix_project_tasks_board", "organisation_id", "status", "id"),
        sa.Index(None, "parent_id"),
        sa.Index("ix_project_tasks_assignee", "organisation_id", "assignee_id", "status"),
        sa.Index(
            "ix_project_tasks_open", "organisation_id", "due_date", "id", postgresql_where=sa.text("status <> 'done'")
        ),
        sa.Index(
            "ix_project_tasks_words",
            sa.text("searched_words(title::text, description)"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    parent_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    title: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    description: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(sa.String(16), server_default=TaskStatus.TODO.value)
    priority: Mapped[str] = mapped_column(sa.String(8), server_default=TaskPriority.MEDIUM.value)
    assignee_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    start_date: Mapped[date | None]
    due_date: Mapped[date | None]
    estimate_hours: Mapped[Decimal | None] = mapped_column(_HOURS)
    spent_hours: Mapped[Decimal] = mapped_column(_HOURS, server_default=sa.text("0"))
    recurrence: Mapped[str | None] = mapped_column(sa.String(LONGEST_RULE))
    recurrence_from: Mapped[date | None]
    series_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    position: Mapped[int] = mapped_column(sa.BigInteger)
    status_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    touched_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    completed_at: Mapped[datetime | None]


class TaskComment(_Versioned, OrganisationOwned, Base):
    """Words about a task. `mentions` are ids of collaborators; `via` is how it came, as `page` or `email`.

    `outside_key` names it where it came from: the same words come in once.
    """

    __tablename__ = "task_comments"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        _names("collaborators", "author_id"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "outside_key"),
        sa.Index(None, "organisation_id", "task_id", "id"),
        sa.Index(None, "author_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    author: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    content: Mapped[str]
    mentions: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    via: Mapped[str] = mapped_column(sa.String(16), server_default="api")
    outside_key: Mapped[str | None] = mapped_column(sa.String(255))


class Label(_Versioned, OrganisationOwned, Base):
    """A word that tasks are sorted by, and its colour."""

    __tablename__ = "labels"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "name"),
        sa.CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name="color"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    color: Mapped[str] = mapped_column(sa.String(7), server_default="#007bff")


class TaskLabel(OrganisationOwned, Base):
    """That a task has a label."""

    __tablename__ = "task_labels"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        belongs_to("labels", "label_id"),
        sa.PrimaryKeyConstraint("task_id", "label_id"),
        sa.Index(None, "label_id"),
    )

    task_id: Mapped[int] = mapped_column(sa.BigInteger)
    label_id: Mapped[int] = mapped_column(sa.BigInteger)


class TimeEntry(OrganisationOwned, Base):
    """Time that somebody spent on a task, on a day; a correction may be negative."""

    __tablename__ = "time_entries"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        _names("collaborators", "collaborator_id"),
        sa.Index(None, "organisation_id", "task_id"),
        sa.Index("ix_time_entries_day", "organisation_id", "collaborator_id", "day"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.BigInteger)
    collaborator_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    day: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(_HOURS)
    note: Mapped[str] = mapped_column(sa.String(300), server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class ProjectEvent(OrganisationOwned, Base):
    """What was done with a project or one of its tasks: only ever added to.

    `changes` has of each field what it was and what it is. `who` is as in the audit log.
    """

    __tablename__ = "project_events"
    __table_args__ = (
        belongs_to("projects", "project_id"),
        sa.Index(None, "organisation_id", "project_id", "id"),
        sa.Index("ix_project_events_task", "organisation_id", "task_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    task_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    act: Mapped[str] = mapped_column(sa.String(32))
    who: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(254))
    changes: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))


class TaskLink(OrganisationOwned, Base):
    """What a task or project is known as elsewhere, or a message about it: the seed's Integration.

    `external_id` is the other side's name of it, unique by `kind`. `state` is the last that both sides agreed on.
    """

    __tablename__ = "task_links"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        belongs_to("projects", "project_id"),
        sa.UniqueConstraint("organisation_id", "kind", "external_id"),
        sa.CheckConstraint(f"kind IN ({_listed(OutsideKind)})", name="kind"),
        sa.CheckConstraint("direction IN ('in', 'out', 'both')", name="direction"),
        sa.Index(None, "organisation_id", "task_id"),
        sa.Index(None, "organisation_id", "project_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    external_id: Mapped[str] = mapped_column(sa.String(255))
    direction: Mapped[str] = mapped_column(sa.String(4), server_default="both")
    task_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    project_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    state: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class AiAction(OrganisationOwned, Base):
    """What an assistant proposed to do, why, who decided and what came of it.

    `data` has the arguments, checked when it was proposed and again when it is done. `key` names the call that
    proposed it: a turn that runs twice proposes once.
    """

    __tablename__ = "ai_actions"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        _names("collaborators", "asked_by"),
        sa.UniqueConstraint("organisation_id", "key"),
        sa.CheckConstraint(f"kind IN ({_listed(AiActionKind)})", name="kind"),
        sa.CheckConstraint(f"status IN ({_listed(AiActionState)})", name="status"),
        sa.Index(None, "organisation_id", "status", "id"),
        sa.Index(None, "task_id"),
        sa.Index(None, "asked_by"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    data: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(sa.String(16), server_default=AiActionState.PROPOSED.value)
    key: Mapped[str] = mapped_column(sa.String(255))
    task_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    asked_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    result: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    decided_by: Mapped[str | None] = mapped_column(sa.String(254))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
