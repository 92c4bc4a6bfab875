"""The tables of what was used, of what may be, and of what somebody should look at."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned


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


class TurnUsage(OrganisationOwned, Base):
    """What the turn that answered the receipt `event_id` used, written in the transaction that completes it.

    `messages` is 1 where an assistant answered, and 0 where it did not but had asked a model. A trigger counts each row
    in the quotas of its organisation and assistant. It names nobody: it stays when the person is erased.
    """

    __tablename__ = "turn_usage"
    __table_args__ = (sa.Index(None, "organisation_id", "at"),)

    event_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    assistant: Mapped[str] = mapped_column(sa.String(64))
    messages: Mapped[int] = mapped_column(sa.SmallInteger)
    tokens: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class Quota(Base):
    """What an assistant may use in a billing period, or for "" all of the organisation's together, and what it used.

    `agreed` are the figures of the organisation's `plan`, as they stood when it was agreed to; `message_limit` and
    `token_limit` what the organisation allows itself: the lower counts. Triggers count, warn at 80 per cent
    (`warned_at`), stop at the limit (`stopped_at`) and begin the next period at `period_end`. `hour_messages` are those
    of the hour that begins at `hour`.
    """

    __tablename__ = "quotas"

    organisation_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True, sort_order=-3
    )
    assistant: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    plan: Mapped[str | None] = mapped_column(sa.String(32))
    agreed: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    message_limit: Mapped[int | None] = mapped_column(sa.BigInteger)
    token_limit: Mapped[int | None] = mapped_column(sa.BigInteger)
    messages: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    tokens: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    hour: Mapped[datetime | None]
    hour_messages: Mapped[int] = mapped_column(server_default="0")
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class SystemAlert(OrganisationOwned, Base):
    """Something that somebody should look at; one for each cause until it is resolved, with how often it came.

    `chatbot` is the assistant that it is about, `step` what was being done, `error` what went wrong with it.
    """

    __tablename__ = "system_alerts"
    __table_args__ = (
        sa.CheckConstraint("severity IN ('critical', 'error', 'warning', 'info')", name="severity"),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name="state"),
        sa.Index(
            "ix_system_alerts_open",
            "organisation_id",
            "cause",
            unique=True,
            postgresql_where=sa.text("state <> 'resolved'"),
        ),
        sa.Index(None, "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    cause: Mapped[str] = mapped_column(sa.String(200))
    severity: Mapped[str] = mapped_column(sa.String(16))
    chatbot: Mapped[str | None] = mapped_column(sa.String(64))
    step: Mapped[str] = mapped_column(sa.String(200))
    error: Mapped[str]
    request_id: Mapped[str | None] = mapped_column(sa.String(64))
    count: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[str] = mapped_column(sa.String(16), server_default="open")
    first_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    last_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    told_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
