"""The receipts and the turns in the database: at most one turn of a person at a time, in order of arrival.

Every function is one transaction, and a person's row in `turn_state` is always locked before a receipt is written, so
receipts of one person are numbered in the order in which they are committed.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from cci_app.agents.ports import Media, MediaKind
from cci_app.channels.reply import ReplyFormat
from cci_app.contacts.book import find
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import EventKind, Inbound, Person
from cci_app.core.database import tenant_transaction

LEASE_SECONDS = 6


class LeaseLost(Exception):  # noqa: N818
    """Somebody else took over this turn: what was made of it must not be written."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer that came after its deadline and waits to open the next reply."""

    event_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to answer one receipt, with what is needed for it."""

    person: Person
    receipt_id: int
    token: uuid.UUID
    kind: EventKind
    text: str
    media: Media | None
    reply_format: ReplyFormat
    received_at: datetime
    state: Mapping[str, Any]
    sequence: int
    late: tuple[LateAnswer, ...]
    attempts: int
    contact: ContactCard | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an event on arrival: a turn of its own, a stored reply (of a repeat), or neither yet."""

    id: int
    reply_format: ReplyFormat
    turn: Turn | None = None
    rendered: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a turn made of its message: all of it is written together, or nothing.

    `failed` tells that the person got an apology because no answer could be made.
    """

    state: Mapping[str, Any]
    outcome: Mapping[str, Any]
    text: str
    rendered: str
    failed: bool


_PERSON = "organisation_id = :organisation_id AND assistant = :assistant AND user_id = :user_id"

_LOCK_PERSON = sa.text(
    "INSERT INTO turn_state (organisation_id, assistant, user_id) VALUES (:organisation_id, :assistant, :user_id)"
    " ON CONFLICT (organisation_id, assistant, user_id) DO UPDATE SET touched_at = now()"
)

# The message before this one, if it is the same text still being answered, or answered within the last 2 seconds.
_FIND_KEYLESS_REPEAT = sa.text(
    "SELECT id, reply_format, rendered FROM ("
    "  SELECT id, reply_format, rendered, text, kind, keyless, status, completed_at FROM webhook_events"
    f"  WHERE {_PERSON} ORDER BY id DESC LIMIT 1) last"
    " WHERE keyless AND kind = :kind AND text = :text"
    " AND (status = 'received' OR completed_at > clock_timestamp() - interval '2 seconds')"
)

_INSERT_RECEIPT = sa.text(
    "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text,"
    " media, delivery, reply_format, received_at)"
    " VALUES (:organisation_id, :assistant, :user_id, :channel_account, :event_id, :keyless, :kind, :text,"
    " :media, :delivery, :reply_format, clock_timestamp())"
    " ON CONFLICT (organisation_id, channel_account, event_id) DO NOTHING RETURNING id, received_at"
).bindparams(sa.bindparam("media", type_=JSONB(none_as_null=True)), sa.bindparam("delivery", type_=JSONB))

_FIND_RECEIPT = sa.text(
    "SELECT id, reply_format, rendered FROM webhook_events WHERE organisation_id = :organisation_id"
    " AND channel_account = :channel_account AND event_id = :event_id"
)

_TAKE_TURN = sa.text(
    "UPDATE turn_state SET lease_token = :token, lease_until = clock_timestamp() + make_interval(secs => :lease)"
    f" WHERE {_PERSON} AND (lease_token IS NULL OR lease_until < clock_timestamp())"
    "   AND NOT EXISTS (SELECT FROM webhook_events WHERE organisation_id = :organisation_id"
    "     AND assistant = :assistant AND user_id = :user_id AND status = 'received' AND id < :receipt_id)"
    "   AND EXISTS (SELECT FROM webhook_events WHERE id = :receipt_id AND status = 'received')"
    " RETURNING state, sequence, late"
)

_READ_RECEIPT = sa.text(
    "UPDATE webhook_events SET attempts = attempts + 1 WHERE id = :receipt_id AND status = 'received'"
    " RETURNING kind, text, media, reply_format, received_at, attempts"
)

_WRITE_STATE = sa.text(
    "UPDATE turn_state SET state = :state, sequence = sequence + 1, late = '[]', lease_token = NULL,"
    f" lease_until = NULL WHERE {_PERSON} AND lease_token = :token"
).bindparams(sa.bindparam("state", type_=JSONB))

_WRITE_REPLY = sa.text(
    "UPDATE webhook_events SET status = :status, outcome = :outcome, rendered = COALESCE(rendered, :rendered),"
    " completed_at = clock_timestamp(), late = CASE WHEN held OR :unheard THEN 'waiting' END"
    " WHERE id = :receipt_id AND status = 'received' RETURNING late"
).bindparams(sa.bindparam("outcome", type_=JSONB))

_KEEP_LATE = sa.text(f"UPDATE turn_state SET late = :late WHERE {_PERSON}").bindparams(
    sa.bindparam("late", type_=JSONB)
)

_HOLD = sa.text(
    "UPDATE webhook_events SET held = true, rendered = COALESCE(rendered, :rendered)"
    " WHERE id = :receipt_id AND status = 'received' RETURNING rendered"
)


def open_receipt(inbound: Inbound, region: str) -> Receipt:
    """Write the receipt of an event and take the person's turn if it is free, in one transaction.

    A repeat of an event gets the receipt of the first.
    """
    person = _person(inbound.person)
    with tenant_transaction(inbound.person.organisation_id) as session:
        session.execute(_LOCK_PERSON, person)
        keyless = inbound.event_id is None
        if keyless:
            repeat = session.execute(
                _FIND_KEYLESS_REPEAT, {**person, "kind": inbound.kind, "text": inbound.text}
            ).one_or_none()
            if repeat:
                return Receipt(repeat.id, ReplyFormat(repeat.reply_format), rendered=repeat.rendered)
        event = {"channel_account": inbound.channel_account, "event_id": inbound.event_id or uuid.uuid4().hex}
        written = session.execute(
            _INSERT_RECEIPT,
            {
                **person,
                **event,
                "keyless": keyless,
                "kind": inbound.kind,
                "text": inbound.text,
                "media": {"kind": inbound.media.kind, "data": dict(inbound.media.data)} if inbound.media else None,
                "delivery": dict(inbound.delivery),
                "reply_format": inbound.reply_format,
            },
        ).one_or_none()
        if written is None:
            first = session.execute(_FIND_RECEIPT, {**person, **event}).one()
            return Receipt(first.id, ReplyFormat(first.reply_format), rendered=first.rendered)
        turn = _take(session, inbound.person, written.id, region)
        return Receipt(written.id, inbound.reply_format, turn=turn)


def take_turn(person: Person, receipt_id: int, region: str) -> Turn | None:
    """Take the turn for a receipt that waits, if the person's turn is free and nothing waits before it."""
    with tenant_transaction(person.organisation_id) as session:
        return _take(session, person, receipt_id, region)


def complete(turn: Turn, done: Completion, *, unheard: bool) -> bool:
    """Commit a turn: the reply on the receipt and the new state, only while the lease is still ours.

    `unheard` tells that nobody waits for the reply any more. Returns whether the answer came late, so that it waits to
    open the next reply. Raises LeaseLost when somebody else took over.
    """
    person = _person(turn.person)
    with tenant_transaction(turn.person.organisation_id) as session:
        ours: sa.CursorResult[Any] = session.execute(  # type: ignore[assignment]
            _WRITE_STATE, {**person, "state": dict(done.state), "token": turn.token}
        )
        if ours.rowcount != 1:
            raise LeaseLost
        written = session.execute(
            _WRITE_REPLY,
            {
                "status": "failed" if done.failed else "completed",
                "outcome": dict(done.outcome),
                "rendered": done.rendered,
                "receipt_id": turn.receipt_id,
                "unheard": unheard,
            },
        ).one_or_none()
        if written is None:
            raise LeaseLost
        if written.late:
            session.execute(_KEEP_LATE, {**person, "late": [{"event": turn.receipt_id, "text": done.text}]})
        if turn.late:
            session.execute(
                sa.text("UPDATE webhook_events SET late = 'opened' WHERE id = ANY(:ids)"),
                {"ids": [late.event_id for late in turn.late]},
            )
        return written.late is not None


def release(turn: Turn) -> None:
    """Give a turn back unanswered; its receipt waits for the sweeper."""
    with tenant_transaction(turn.person.organisation_id) as session:
        session.execute(
            sa.text(
                f"UPDATE turn_state SET lease_token = NULL, lease_until = NULL WHERE {_PERSON} AND lease_token = :token"
            ),
            {**_person(turn.person), "token": turn.token},
        )


def hold(person: Person, receipt_id: int, rendered: str) -> str | None:
    """Note that the sender was given the holding reply. Returns what is stored, None when the answer just came."""
    with tenant_transaction(person.organisation_id) as session:
        held: str | None = session.scalar(_HOLD, {"receipt_id": receipt_id, "rendered": rendered})
        return held


def stored_reply(person: Person, receipt_id: int) -> str | None:
    """The reply that a receipt stores, None while there is none."""
    with tenant_transaction(person.organisation_id) as session:
        rendered: str | None = session.scalar(
            sa.text("SELECT rendered FROM webhook_events WHERE id = :receipt_id"), {"receipt_id": receipt_id}
        )
        return rendered


def read_state(person: Person) -> tuple[Mapping[str, Any], int] | None:
    """A person's state and its sequence number, or None for a person never seen."""
    with tenant_transaction(person.organisation_id) as session:
        row = session.execute(
            sa.text(f"SELECT state, sequence FROM turn_state WHERE {_PERSON}"), _person(person)
        ).one_or_none()
    return (row.state, row.sequence) if row and row.state else None


def extend_leases(organisation_id: int, tokens: list[uuid.UUID]) -> None:
    """Keep the leases of turns that are still being answered."""
    with tenant_transaction(organisation_id) as session:
        session.execute(
            sa.text(
                "UPDATE turn_state SET lease_until = clock_timestamp() + make_interval(secs => :lease)"
                " WHERE lease_token = ANY(:tokens)"
            ),
            {"lease": LEASE_SECONDS, "tokens": tokens},
        )


def _take(session: Session, person: Person, receipt_id: int, region: str) -> Turn | None:
    token = uuid.uuid4()
    taken = session.execute(
        _TAKE_TURN, {**_person(person), "token": token, "lease": LEASE_SECONDS, "receipt_id": receipt_id}
    ).one_or_none()
    if taken is None:
        return None
    receipt = session.execute(_READ_RECEIPT, {"receipt_id": receipt_id}).one()
    media = receipt.media
    return Turn(
        person=person,
        receipt_id=receipt_id,
        token=token,
        kind=EventKind(receipt.kind),
        text=receipt.text,
        media=Media(MediaKind(media["kind"]), media["data"]) if media else None,
        reply_format=ReplyFormat(receipt.reply_format),
        received_at=receipt.received_at,
        state=taken.state,
        sequence=taken.sequence,
        attempts=receipt.attempts,
        late=tuple(LateAnswer(late["event"], late["text"]) for late in taken.late),
        contact=find(session, person.organisation_id, person.user_id, region),
    )


def _person(person: Person) -> dict[str, Any]:
    return {
        "organisation_id": person.organisation_id,
        "assistant": person.assistant,
        "user_id": person.user_id,
    }
