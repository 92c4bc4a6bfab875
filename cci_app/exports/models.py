"""The table of scheduled exports."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


class Frequency(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ExportSchedule(OrganisationOwned, Base):
    """An export that is made again and again, of the day, week or month before.

    It runs at `hour` in the organisation's time zone; a weekly one on `weekday` (1 is Monday), a monthly one on
    `month_day`. `filters` are those of a Selection without its days. `next_run_at` moves in the transaction that asks
    for the job, so that each run is asked for once.
    """

    __tablename__ = "export_schedules"
    __table_args__ = (
        sa.CheckConstraint("frequency IN ('daily', 'weekly', 'monthly')", name="frequency"),
        sa.Index(None, "organisation_id", "created_at"),
        sa.Index("ix_export_schedules_due", "next_run_at", postgresql_where=sa.text("active")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(sa.String(100))
    frequency: Mapped[str] = mapped_column(sa.String(16))
    hour: Mapped[int]
    weekday: Mapped[int]
    month_day: Mapped[int]
    format: Mapped[str] = mapped_column(sa.String(16))
    destination: Mapped[str] = mapped_column(sa.String(64))
    filters: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=sa.true())
    next_run_at: Mapped[datetime]
    last_job_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
