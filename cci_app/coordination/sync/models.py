"""Tables of how far two sides were brought together, and of what they did not agree on."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to


class SyncPosition(OrganisationOwned, Base):
    """Up to where the changes of another side were taken in: `cursor` is theirs, `error` what the last round met.

    Whoever brings them together moves `not_before` ahead first, and so holds the row without a lock.
    """

    __tablename__ = "sync_positions"
    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "kind"),)

    kind: Mapped[str] = mapped_column(sa.String(32))
    cursor: Mapped[str | None] = mapped_column(sa.String(1000))
    since: Mapped[datetime]
    not_before: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    error: Mapped[str | None]


class ConflictCause(StrEnum):
    """Why somebody should look at a record: both sides changed it, we cannot read it, it was refused, nobody knows."""

    BOTH_CHANGED = "both_changed"
    REFUSED = "refused"
    NOT_TAKEN = "not_taken"
    UNCERTAIN = "uncertain"


class SyncConflict(OrganisationOwned, Base):
    """What two sides did not agree on: settled by a rule or waiting, until a person says what holds.

    `ours` and `theirs` are in a task's words. `record` is the other side's name of it, or what we call one of which
    nobody knows whether it was made. `winner` and `kept` are `ours` or `theirs`.
    """

    __tablename__ = "sync_conflicts"
    __table_args__ = (
        belongs_to("project_tasks", "task_id"),
        sa.Index(
            "ix_sync_conflicts_open",
            *("organisation_id", "kind", "record", "cause", "field"),
            unique=True,
            postgresql_where=sa.text("resolved_at IS NULL"),
        ),
        sa.Index(None, "organisation_id", "id"),
        sa.Index(None, "task_id"),
        sa.CheckConstraint("cause IN ('both_changed', 'refused', 'not_taken', 'uncertain')", name="cause"),
        sa.CheckConstraint("winner IN ('ours', 'theirs')", name="winner"),
        sa.CheckConstraint("kept IN ('ours', 'theirs')", name="kept"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    record: Mapped[str] = mapped_column(sa.String(255))
    task_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    cause: Mapped[str] = mapped_column(sa.String(16))
    field: Mapped[str] = mapped_column(sa.String(64), server_default="")
    ours: Mapped[str | None]
    theirs: Mapped[str | None]
    winner: Mapped[str | None] = mapped_column(sa.String(8))
    reason: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
    ours_at: Mapped[datetime | None]
    theirs_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(sa.String(254))
    kept: Mapped[str | None] = mapped_column(sa.String(8))
