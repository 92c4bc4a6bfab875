"""Tables of webhooks out: who subscribed, and what they are told.

A row of `webhook_posts` is written by the database in the transaction of the event that it tells of: none is missed,
and none is told that was taken back.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to

LONGEST_URL: Final = 2000


class SubscriberState(StrEnum):
    """Whether somebody is told: `paused` by an admin, `disabled` after they failed for long; both keep what waits."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class PostState(StrEnum):
    """Where one telling stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


def _listed(values: type[StrEnum]) -> str:
    return ", ".join(repr(value.value) for value in values)


class WebhookSubscriber(OrganisationOwned, Base):
    """An address that is told what is done with the work: of the acts in `acts`, or of all where it is empty.

    `failures` counts those in a row since the last success.
    """

    __tablename__ = "webhook_subscribers"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.CheckConstraint(f"state IN ({_listed(SubscriberState)})", name="state"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    url: Mapped[str] = mapped_column(sa.String(LONGEST_URL))
    acts: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    sealed_secret: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(16), server_default=SubscriberState.ACTIVE.value)
    reason: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default=sa.text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    succeeded_at: Mapped[datetime | None]


class WebhookPost(OrganisationOwned, Base):
    """One event, told to one subscriber: `body` is what is sent, the same each time; `status` their last answer."""

    __tablename__ = "webhook_posts"
    __table_args__ = (
        belongs_to("webhook_subscribers", "subscriber_id"),
        sa.CheckConstraint(f"state IN ({_listed(PostState)})", name="state"),
        sa.Index(
            "ix_webhook_posts_due_of_each",
            *("organisation_id", "subscriber_id", "not_before", "id"),
            postgresql_where=sa.text("state = 'queued'"),
        ),
        sa.Index("ix_webhook_posts_subscriber", "organisation_id", "subscriber_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(sa.BigInteger)
    act: Mapped[str] = mapped_column(sa.String(32))
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(16), server_default=PostState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    not_before: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    status: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    sent_at: Mapped[datetime | None]
