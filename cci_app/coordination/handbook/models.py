"""Tables of the handbook: the texts of its rules, where they are broken, and how far a check has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.coordination.ruling import RuleText
from cci_app.core.database import Base, OrganisationOwned, belongs_to


class ViolationState(StrEnum):
    """Where a violation stands: it holds, it holds no more, or somebody said why it may be."""

    OPEN = "open"
    MENDED = "mended"
    WAIVED = "waived"


class HandbookEdition(RuleText, Base):
    """A handbook that an organisation wrote itself."""

    __tablename__ = "handbook_editions"
    __table_args__ = (sa.Index(None, "organisation_id", "id"),)


class HandbookCheck(OrganisationOwned, Base):
    """How far an organisation's work is checked. Who checks holds the row.

    All of it is checked against the handbook `digest` since `full_at`, the newest tasks first: those before
    `next_before` are still to come, and none where it is null. Of the log of what was done, the events up to `event_id`
    have been looked at.
    """

    __tablename__ = "handbook_checks"

    organisation_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    full_at: Mapped[datetime | None]
    next_before: Mapped[int | None] = mapped_column(sa.BigInteger)
    event_id: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"))
    checked_at: Mapped[datetime | None]


class RuleViolation(OrganisationOwned, Base):
    """That a task, or a comment on it, breaks a rule: one row, whatever becomes of it.

    `version` is that of the rule, and `told` its title, what to do and its place, as they read then. `since` is when it
    was found broken, the last time that it was whole before; `state_at` when its state changed last. Who waived it said
    why in `reason`. `why` are a model's words, where one was asked.
    """

    __tablename__ = "rule_violations"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        belongs_to("task_comments", "comment_id"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.CheckConstraint("state IN ('open', 'mended', 'waived')", name="state"),
        sa.CheckConstraint("state <> 'waived' OR (waived_by IS NOT NULL AND reason IS NOT NULL)", name="waived"),
        sa.Index(
            "uq_rule_violations_task",
            *("organisation_id", "task_id", "rule"),
            unique=True,
            postgresql_where=sa.text("comment_id IS NULL"),
        ),
        sa.Index(
            "uq_rule_violations_comment",
            *("organisation_id", "comment_id", "rule"),
            unique=True,
            postgresql_where=sa.text("comment_id IS NOT NULL"),
        ),
        sa.Index("ix_rule_violations_state", "organisation_id", "state", "id"),
        sa.Index(None, "task_id"),
        sa.Index(None, "comment_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    rule: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[str] = mapped_column(sa.String(12))
    told: Mapped[dict[str, Any]]
    task_id: Mapped[int] = mapped_column(sa.BigInteger)
    comment_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    why: Mapped[str | None]
    state: Mapped[str] = mapped_column(sa.String(8), server_default=ViolationState.OPEN.value)
    since: Mapped[datetime]
    state_at: Mapped[datetime]
    waived_by: Mapped[str | None] = mapped_column(sa.String(254))
    reason: Mapped[str | None]


class RuleQuestion(OrganisationOwned, Base):
    """What a model is asked of a task, or of a comment on it, and what it said: whether that breaks the rule, and why.

    `digest` is of the question and of the `text` that it is about, which stands here until there is an answer: another
    text is another question.
    """

    __tablename__ = "rule_questions"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        belongs_to("task_comments", "comment_id"),
        sa.Index(
            "uq_rule_questions_task",
            *("organisation_id", "task_id", "rule"),
            unique=True,
            postgresql_where=sa.text("comment_id IS NULL"),
        ),
        sa.Index(
            "uq_rule_questions_comment",
            *("organisation_id", "comment_id", "rule"),
            unique=True,
            postgresql_where=sa.text("comment_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_rule_questions_open",
            *("organisation_id", "attempts", "id"),
            postgresql_where=sa.text("breaks IS NULL"),
        ),
        sa.Index(None, "task_id"),
        sa.Index(None, "comment_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    rule: Mapped[str] = mapped_column(sa.String(60))
    task_id: Mapped[int] = mapped_column(sa.BigInteger)
    comment_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    digest: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    asked_at: Mapped[datetime | None]
    breaks: Mapped[bool | None]
    why: Mapped[str | None]
