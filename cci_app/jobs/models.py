"""The table of long work."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(OrganisationOwned, Base):
    """One piece of long work. `payload` is what it was asked, `result` what came of it, `reason` why it failed.

    `checkpoint` is where whoever goes on with it begins.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        sa.Index(None, "organisation_id", "kind", "created_at"),
        sa.Index("ix_jobs_open", "created_at", postgresql_where=sa.text("state IN ('queued', 'running')")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(16), server_default=JobState.QUEUED)
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    result: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    checkpoint: Mapped[dict[str, Any] | None]
    rows_done: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"))
    rows: Mapped[int | None] = mapped_column(sa.BigInteger)
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    request_id: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
