"""Tables of the conversation: what is needed to answer (receipts, turn state) and what is kept of it (the log).

A receipt (`webhook_events`) is the ledger: it holds the message, then the reply and all that follows from it. The log
(`conversations`, `conversation_runs`, `answers`, `user_sessions`) is written later from receipts not yet logged.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned

PERSON = ("organisation_id", "assistant", "user_id")


class LateState(StrEnum):
    """Where an answer stands that came after its deadline; the last three are final, and `pushing` is for a moment."""

    WAITING = "waiting"
    REFUSED = "refused"
    OPENING = "opening"
    PUSHING = "pushing"
    OPENED = "opened"
    PUSHED = "pushed"
    UNCERTAIN = "uncertain"


class WebhookEvent(PersonOwned, Base):
    """The receipt of one inbound event, unique by organisation, channel account and the channel's event id.

    `status` is `received` until the turn is committed, then `completed`; `failed` when no attempt came to an end.
    `held` tells that the sender was given the holding reply; `late` is where the real answer then stands: `waiting` to
    be pushed or to open the next reply; `opening` or `pushing` while somebody does that; then `opened` or `pushed`,
    `refused` (by the channel, for `late_reason`; it opens the next reply) or `uncertain` (sent, but nobody knows
    whether it arrived). `push_after` is when it may be pushed, while it is `pushing` when it should be done; it is
    empty where the channel cannot push. `outcome` is what the turn made of the message. `channel` is the kind of
    channel that renders the reply, `reply` the bytes that it made and `reply_type` what they are. `parts` has the
    message's parts where it is more than its `text`, `reply_to` where the person can be reached.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "channel_account", "event_id", name="uq_webhook_events_event"),
        sa.CheckConstraint("status IN ('received', 'completed', 'failed')", name="status"),
        sa.Index("ix_webhook_events_person", *PERSON, "id"),
        sa.CheckConstraint(f"late IN ({', '.join(repr(state.value) for state in LateState)})", name="late"),
        sa.Index("ix_webhook_events_was_late", "organisation_id", "id", postgresql_where=sa.text("late IS NOT NULL")),
        sa.Index(
            "ix_webhook_events_late", *PERSON, postgresql_where=sa.text("late IN ('waiting', 'opening', 'refused')")
        ),
        sa.Index("ix_webhook_events_push", "push_after", postgresql_where=sa.text("push_after IS NOT NULL")),
        sa.Index("ix_webhook_events_unfinished", "id", postgresql_where=sa.text("status = 'received'")),
        sa.Index(
            "ix_webhook_events_unlogged",
            "id",
            postgresql_where=sa.text("logged_at IS NULL AND log_error IS NULL AND status <> 'received'"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    channel_account: Mapped[str] = mapped_column(sa.String(64))
    event_id: Mapped[str] = mapped_column(sa.String(512))
    keyless: Mapped[bool]
    kind: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str]
    parts: Mapped[list[Any] | None]
    reply_to: Mapped[dict[str, Any] | None]
    channel: Mapped[str] = mapped_column(sa.String(32))
    received_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    status: Mapped[str] = mapped_column(sa.String(16), server_default="received")
    held: Mapped[bool] = mapped_column(server_default=sa.false())
    late: Mapped[str | None] = mapped_column(sa.String(16))
    late_reason: Mapped[str | None]
    push_attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    push_after: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]
    reply: Mapped[bytes | None]
    reply_type: Mapped[str | None] = mapped_column(sa.String(127))
    completed_at: Mapped[datetime | None]
    logged_at: Mapped[datetime | None]
    log_error: Mapped[str | None]


class TurnState(PersonOwned, Base):
    """Where a person stands with an assistant, and whose turn it is.

    `lease_token` names the holder of the turn until `lease_until`; only the holder may write `state`. `sequence` counts
    the turns committed, `pending` the receipts not yet answered, `attempts` how often the present one was taken;
    `has_late` tells that late answers may wait to open the next reply.
    """

    __tablename__ = "turn_state"
    __table_args__ = (sa.PrimaryKeyConstraint(*PERSON),)

    state: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    sequence: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"))
    pending: Mapped[int] = mapped_column(server_default=sa.text("0"))
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    has_late: Mapped[bool] = mapped_column(server_default=sa.false())
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]


class ConversationRun(PersonOwned, Base):
    """One conversation of the export: a person's run with an assistant, until a reset or a restart."""

    __tablename__ = "conversation_runs"
    __table_args__ = (
        sa.Index(None, *PERSON, "started_at"),
        sa.Index("ix_conversation_runs_started", "organisation_id", "started_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    last_message_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(sa.String(16))
    detected_language: Mapped[str | None] = mapped_column(sa.String(2))
    client_company: Mapped[str | None] = mapped_column(sa.String(255))
    contact_name: Mapped[str | None]
    current_question: Mapped[int | None]
    questions_answered: Mapped[int] = mapped_column(server_default=sa.text("0"))
    messages: Mapped[int] = mapped_column(server_default=sa.text("0"))


class Answer(OrganisationOwned, Base):
    """The answer to one question of a run, as it stands."""

    __tablename__ = "answers"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "question"),
        sa.CheckConstraint("status IN ('answered', 'vague', 'skipped', 'corrected')", name="status"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    run_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("conversation_runs.id", ondelete="CASCADE"))
    question: Mapped[int]
    text: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(16))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime]


class Conversation(PersonOwned, Base):
    """The log: one row an event. `kind` is `message` or `reset` (whose texts are empty)."""

    __tablename__ = "conversations"
    __table_args__ = (
        sa.Index(None, *PERSON, "timestamp"),
        sa.Index("ix_conversations_timestamp", "organisation_id", "timestamp"),
        # With the organisation, which every policy asks for: else an index of it alone may be joined with this one.
        sa.Index("ix_conversations_run", "run_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    run_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(sa.String(16), server_default="message")
    user_message: Mapped[str]
    agent_response: Mapped[str]
    current_question: Mapped[int | None]
    detected_language: Mapped[str | None] = mapped_column(sa.String(2))
    has_client_context: Mapped[bool]
    client_company: Mapped[str | None] = mapped_column(sa.String(255))
    agent: Mapped[str | None] = mapped_column(sa.String(64))
    sources: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    late: Mapped[bool] = mapped_column(server_default=sa.false())
    timestamp: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    response_time_ms: Mapped[int]


class UserSession(PersonOwned, Base):
    """A person's standing with an assistant, for admins."""

    __tablename__ = "user_sessions"
    __table_args__ = (sa.PrimaryKeyConstraint(*PERSON),)

    first_interaction: Mapped[datetime]
    last_interaction: Mapped[datetime]
    total_questions_answered: Mapped[int] = mapped_column(server_default=sa.text("0"))
    session_completed: Mapped[bool] = mapped_column(server_default=sa.false())
    detected_language: Mapped[str | None] = mapped_column(sa.String(2))
    client_context: Mapped[dict[str, Any] | None]
