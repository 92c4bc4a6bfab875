"""Tables of people who wait for a human, of what was done about each, and of how an organisation's desk works."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned, belongs_to

HOLDER_LENGTH = 64
NAME_LENGTH = 254
_OPEN = sa.text("state <> 'resolved'")


class HandoffState(StrEnum):
    """Where a request stands: nobody has it, somebody does, or it is done with."""

    OPEN = "open"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"


class StepKind(StrEnum):
    """What was done: words to the person, words among colleagues, or something that happened to the request."""

    REPLY = "reply"
    NOTE = "note"
    EVENT = "event"


class NoticeState(StrEnum):
    """Where a notice stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Handoff(PersonOwned, Base):
    """A request for a human, at most one open of a person; `event_id` is the message that made it, where one did.

    `holder` is who answers the person (as `member:7`), and nobody else may. `first_reply_at` and `human_at` are the
    first and the last words of a human, `person_at` the last of the person, `seen_at` when somebody last looked.
    """

    __tablename__ = "handoff_requests"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open', 'assigned', 'resolved')", name="state"),
        sa.CheckConstraint("state <> 'assigned' OR holder IS NOT NULL", name="holder"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.Index(None, "organisation_id", "state", "created_at"),
        sa.Index(
            "uq_handoff_requests_person",
            *("organisation_id", "assistant", "user_id"),
            unique=True,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_handoff_requests_waiting", "id", postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    reason: Mapped[str]
    summary: Mapped[str]
    language: Mapped[str | None] = mapped_column(sa.String(2))
    state: Mapped[str] = mapped_column(sa.String(16), server_default=HandoffState.OPEN.value)
    holder: Mapped[str | None] = mapped_column(sa.String(HOLDER_LENGTH))
    holder_name: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    labels: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    taken_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    human_at: Mapped[datetime | None]
    person_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]


class HandoffStep(OrganisationOwned, Base):
    """One thing that was done about a request, by whom; of words to the person the outbound message that carries them.

    The text of an event is its name, as `taken`. What comes with a `key` of its own is written down once.
    """

    __tablename__ = "handoff_steps"
    __table_args__ = (
        belongs_to("handoff_requests", "handoff_id"),
        sa.CheckConstraint("kind IN ('reply', 'note', 'event')", name="kind"),
        sa.Index(None, "organisation_id", "handoff_id", "id"),
        sa.UniqueConstraint("organisation_id", "key"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    handoff_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str] = mapped_column(sa.String(16))
    author: Mapped[str] = mapped_column(sa.String(HOLDER_LENGTH))
    author_name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    text: Mapped[str]
    outbound_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    key: Mapped[str | None] = mapped_column(sa.String(600))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class OutboundFile(PersonOwned, Base):
    """A file that a human sent, in the message `outbound_id`; `file_key` is its place in the file storage."""

    __tablename__ = "outbound_files"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "outbound_id", name="uq_outbound_files_message"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    outbound_id: Mapped[int] = mapped_column(sa.BigInteger)
    file_key: Mapped[str] = mapped_column(sa.String(255))
    name: Mapped[str] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class HandoffNotice(OrganisationOwned, Base):
    """One colleague told, by one way, of one thing about a request: once."""

    __tablename__ = "handoff_notices"
    __table_args__ = (
        belongs_to("handoff_requests", "handoff_id"),
        sa.CheckConstraint("occasion IN ('asked', 'escalated')", name="occasion"),
        sa.CheckConstraint("via IN ('email', 'slack', 'channel')", name="via"),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
        sa.UniqueConstraint("organisation_id", "handoff_id", "occasion", "via", "target"),
        sa.Index("ix_handoff_notices_due", "not_before", postgresql_where=sa.text("state = 'queued'")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    handoff_id: Mapped[int] = mapped_column(sa.BigInteger)
    occasion: Mapped[str] = mapped_column(sa.String(16))
    via: Mapped[str] = mapped_column(sa.String(16))
    target: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    state: Mapped[str] = mapped_column(sa.String(16), server_default=NoticeState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    not_before: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    reason: Mapped[str | None]


class HandoffDesk(OrganisationOwned, Base):
    """How an organisation's people answer; without a row it is as `desk.AnsweringDesk` has it."""

    __tablename__ = "handoff_desks"
    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id"),)

    settings: Mapped[dict[str, Any]]


class CannedReply(OrganisationOwned, Base):
    """A text that colleagues say often."""

    __tablename__ = "canned_replies"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "title"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(100))
    text: Mapped[str]
