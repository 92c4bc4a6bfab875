"""The table of what was used."""

import uuid
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, PersonOwned


class UsageLog(PersonOwned, Base):
    """One call of a model: the `number`th, from 1, of the turn that answered the receipt `event_id`.

    `purpose` is what it was for, `outcome` how it ended (see `llm.calls`). `cost` is in `currency`, and empty where the
    price was not known.
    """

    __tablename__ = "usage_logs"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.Index("ix_usage_logs_timestamp", "organisation_id", "timestamp"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    run_id: Mapped[uuid.UUID | None]
    agent: Mapped[str | None] = mapped_column(sa.String(64))
    purpose: Mapped[str] = mapped_column(sa.String(32))
    provider: Mapped[str] = mapped_column(sa.String(32))
    model: Mapped[str] = mapped_column(sa.String(255))
    outcome: Mapped[str] = mapped_column(sa.String(16))
    input_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    output_tokens: Mapped[int] = mapped_column(sa.BigInteger)
    total_tokens: Mapped[int] = mapped_column(
        sa.BigInteger, sa.Computed("input_tokens + output_tokens", persisted=True)
    )
    cost: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 10))
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    duration_ms: Mapped[int]
    timestamp: Mapped[datetime]
