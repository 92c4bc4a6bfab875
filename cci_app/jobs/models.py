"""The table of long work."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned

# Of a job that is worked on.
LEASE_SECONDS = 6.0


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Frequency(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


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


class Schedule(OrganisationOwned, Base):
    """A job that is asked for again and again.

    It runs at `hour` in the organisation's time zone; a weekly one on `weekday` (1 is Monday), a monthly one on
    `month_day`. `payload` is what its jobs are asked, but for what follows from the day. `next_run_at` moves in the
    transaction that asks for the job, so that each run is asked for once.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        sa.CheckConstraint("frequency IN ('daily', 'weekly', 'monthly')", name="frequency"),
        sa.Index(None, "organisation_id", "created_at"),
        sa.Index("ix_schedules_due", "next_run_at", postgresql_where=sa.text("active")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(100))
    frequency: Mapped[str] = mapped_column(sa.String(16))
    hour: Mapped[int]
    weekday: Mapped[int]
    month_day: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=sa.true())
    next_run_at: Mapped[datetime]
    last_job_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
