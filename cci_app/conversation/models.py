"""Tables of the conversation: what is needed to answer (receipts, turn state) and what is kept of it (the log).

A receipt (`webhook_events`) is the ledger: it holds the message, then the reply and all that follows from it. The log
(`conversations`, `conversation_runs`, `answers`, `user_sessions`) is written later from receipts not yet logged.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned, belongs_to

LABEL_LENGTH = 40
PERSON = ("organisation_id", "assistant", "user_id")
_OPEN = sa.text("state IN ('queued', 'sending')")


def _listed(values: type[StrEnum]) -> str:
    return ", ".join(repr(value.value) for value in values)


class LateState(StrEnum):
    """Where an answer stands that came after its deadline; the last three are final, and `pushing` is for a moment."""

    WAITING = "waiting"
    REFUSED = "refused"
    OPENING = "opening"
    PUSHING = "pushing"
    OPENED = "opened"
    PUSHED = "pushed"
    UNCERTAIN = "uncertain"


class OutboundState(StrEnum):
    """Where an outbound message stands; what may follow what stands in the database (`guard_outbound_state`)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class OutboundReason(StrEnum):
    """Why something leaves: an answer after its deadline, what found no room in a reply, a reply nobody waited for,
    words of a human, something that we tell on our own account.
    """

    LATE = "late"
    REST = "rest"
    REPLY = "reply"
    HUMAN = "human"
    NOTICE = "notice"


# What opens the person's next reply where their channel cannot be written to, or does not want it.
OPENING = (OutboundReason.LATE, OutboundReason.REST, OutboundReason.HUMAN)


class Via(StrEnum):
    """How it leaves: sent to the person's address, or at the start of their next reply."""

    PUSH = "push"
    REPLY = "reply"


class RunStatus(StrEnum):
    """How far a conversation came. An abandoned one was reset, or begun anew, before its end."""

    COMPLETED = "completed"
    IN_PROGRESS = "in_progress"
    ABANDONED = "abandoned"


class TurnMode(StrEnum):
    """Who answers a person: the assistant, a human, or for the present nobody."""

    BOT = "bot"
    HUMAN = "human"
    PAUSED = "paused"


class WebhookEvent(PersonOwned, Base):
    """The receipt of one inbound event, unique by organisation, channel account and the channel's event id.

    `status` is `received` until the turn is committed, then `completed`; `failed` when no attempt came to an end.
    `held` tells that the sender was given the holding reply, `late` that the real answer went to the outbox.
    `outcome` is what the turn made of the message. `channel` is the kind of
    channel that renders the reply, `reply` the bytes that it made and `reply_type` what they are. `parts` has the
    message's parts where it is more than its `text`, `reply_to` where the person can be reached. `not_before` is when a
    message may be answered for whose reply nobody waits: more of it may come.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "channel_account", "event_id", name="uq_webhook_events_event"),
        sa.CheckConstraint("status IN ('received', 'completed', 'failed')", name="status"),
        sa.Index("ix_webhook_events_person", *PERSON, "id"),
        sa.Index("ix_webhook_events_unfinished", "id", postgresql_where=sa.text("status = 'received'")),
        sa.Index(
            "ix_webhook_events_unlogged",
            "id",
            postgresql_where=sa.text("logged_at IS NULL AND log_error IS NULL AND status <> 'received'"),
        ),
        sa.Index("ix_webhook_events_unanswered", *PERSON, postgresql_where=sa.text("status <> 'completed'")),
        sa.Index(
            "ix_webhook_events_trials",
            *("organisation_id", "received_at"),
            postgresql_where=sa.text("channel = 'trial'"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    channel_account: Mapped[str] = mapped_column(sa.String(80))
    event_id: Mapped[str] = mapped_column(sa.String(512))
    keyless: Mapped[bool]
    kind: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str]
    parts: Mapped[list[Any] | None]
    reply_to: Mapped[dict[str, Any] | None]
    channel: Mapped[str] = mapped_column(sa.String(32))
    received_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    not_before: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(sa.String(16), server_default="received")
    held: Mapped[bool] = mapped_column(server_default=sa.false())
    late: Mapped[bool] = mapped_column(server_default=sa.false())
    outcome: Mapped[dict[str, Any] | None]
    reply: Mapped[bytes | None]
    reply_type: Mapped[str | None] = mapped_column(sa.String(127))
    completed_at: Mapped[datetime | None]
    logged_at: Mapped[datetime | None]
    log_error: Mapped[str | None]


class OutboundMessage(PersonOwned, Base):
    """One part that leaves on our own account.

    `receipt_id` is the event that caused it, `position` its place among what that caused. `not_before` is when it may
    be sent, `claimed_until` when whoever sends it should be done; `error` is what the last attempt met. Messages of one
    person are sent in the order of their ids.
    """

    __tablename__ = "outbound_messages"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({_listed(OutboundState)})", name="state"),
        sa.CheckConstraint(f"via IN ({_listed(Via)})", name="via"),
        sa.CheckConstraint(f"reason IN ({_listed(OutboundReason)})", name="reason"),
        sa.UniqueConstraint("organisation_id", "idempotency_key", name="uq_outbound_messages_key"),
        sa.Index("ix_outbound_messages_open", *PERSON, "id", postgresql_where=_OPEN),
        sa.Index("ix_outbound_messages_due", "not_before", postgresql_where=_OPEN),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.Index("ix_outbound_messages_receipt", "receipt_id"),
        sa.Index(
            "ix_outbound_messages_vendor",
            *("organisation_id", "vendor_id"),
            postgresql_where=sa.text("vendor_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_outbound_messages_troubled",
            *("organisation_id", "state", "id"),
            postgresql_where=sa.text("state IN ('failed', 'uncertain')"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    receipt_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(16))
    position: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(sa.String(255))
    address: Mapped[dict[str, Any] | None]
    part: Mapped[dict[str, Any]]
    via: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(16), server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    not_before: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    claimed_until: Mapped[datetime | None]
    vendor_id: Mapped[str | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class DeliveryEvent(OrganisationOwned, Base):
    """What became of an outbound message: a row each time its state changed, written by the database."""

    __tablename__ = "delivery_events"
    __table_args__ = (belongs_to("outbound_messages", "message_id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    code: Mapped[str | None]
    reason: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class TurnState(PersonOwned, Base):
    """Where a person stands with an assistant, and whose turn it is.

    `lease_token` names the holder of the turn until `lease_until`; only the holder may write `state`. `sequence` counts
    the turns committed, `pending` the receipts not yet answered; `has_late` tells that something may wait to open the
    next reply. `attempts` counts how often the present turn was begun, but for those attempts that did no harm, and
    `takeovers` how often it was taken from whoever kept it no longer. `mode` says who answers.
    `rating_of` is what the person was just asked about, 1 to 5; `rating_due` is when they are to be asked, unless they
    write before.
    """

    __tablename__ = "turn_state"
    __table_args__ = (
        sa.PrimaryKeyConstraint(*PERSON),
        sa.CheckConstraint(f"mode IN ({_listed(TurnMode)})", name="mode"),
        sa.Index("ix_turn_state_rating_due", "rating_due", postgresql_where=sa.text("rating_due IS NOT NULL")),
    )

    state: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    sequence: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"))
    pending: Mapped[int] = mapped_column(server_default=sa.text("0"))
    attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    takeovers: Mapped[int] = mapped_column(server_default=sa.text("0"))
    mode: Mapped[str] = mapped_column(sa.String(16), server_default=TurnMode.BOT.value)
    has_late: Mapped[bool] = mapped_column(server_default=sa.false())
    rating_of: Mapped[int | None] = mapped_column(sa.BigInteger)
    rating_due: Mapped[datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]


class ConversationRun(PersonOwned, Base):
    """One conversation of the export: a person's run with an assistant, until a reset or a restart."""

    __tablename__ = "conversation_runs"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.Index(None, *PERSON, "started_at"),
        sa.Index("ix_conversation_runs_started", "organisation_id", "started_at"),
        sa.Index("ix_conversation_runs_moved", "organisation_id", "last_message_at", "id"),
        sa.Index(
            "ix_conversation_runs_labelled",
            *("organisation_id", "last_message_at", "id"),
            postgresql_where=sa.text("labels <> '{}'"),
        ),
        sa.Index(
            "ix_conversation_runs_words",
            sa.text("searched_words(client_company::text, contact_name)"),
            postgresql_using="gin",
        ),
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
    labels: Mapped[list[str]] = mapped_column(ARRAY(sa.String(LABEL_LENGTH)), server_default=sa.text("'{}'"))


class Answer(OrganisationOwned, Base):
    """The answer to one question of a run, as it stands; `assistant` is the run's, for counting."""

    __tablename__ = "answers"
    __table_args__ = (
        belongs_to("conversation_runs", "run_id"),
        sa.UniqueConstraint("run_id", "question"),
        # By assistant first: an index of the organisation may be joined with that of a run, and be read for each anew.
        sa.Index("ix_answers_counted", "assistant", "organisation_id", "question", "status"),
        sa.CheckConstraint("status IN ('answered', 'vague', 'skipped', 'corrected', 'unsure')", name="status"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    run_id: Mapped[uuid.UUID]
    assistant: Mapped[str] = mapped_column(sa.String(64))
    question: Mapped[int]
    text: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(16))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime]


class Conversation(PersonOwned, Base):
    """The log: one row an event. `kind` is `message` or `reset` (whose texts are empty).

    The answer stands beside the last of the messages that it is to. `withheld` tells that there was one which nobody
    was told, because a human had taken over meanwhile, `failed` that it is an apology. `version` is that of the
    assistant, `experiment_id` what it answered the person for.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        sa.Index(None, *PERSON, "timestamp"),
        sa.Index("ix_conversations_timestamp", "organisation_id", "timestamp"),
        # With the organisation, which every policy asks for: else an index of it alone may be joined with this one.
        sa.Index("ix_conversations_run", "run_id", "organisation_id"),
        sa.Index("ix_conversations_late", "organisation_id", "run_id", postgresql_where=sa.text("late")),
        sa.Index(
            "ix_conversations_experiment",
            *("organisation_id", "experiment_id", "user_id"),
            postgresql_where=sa.text("experiment_id IS NOT NULL"),
        ),
        sa.Index("ix_conversations_withheld", "organisation_id", "run_id", postgresql_where=sa.text("withheld")),
        sa.Index(
            "ix_conversations_words",
            sa.text("searched_words(user_message, agent_response)"),
            postgresql_using="gin",
        ),
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
    failed: Mapped[bool] = mapped_column(server_default=sa.false())
    version: Mapped[int | None]
    experiment_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    withheld: Mapped[bool] = mapped_column(server_default=sa.false())
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
