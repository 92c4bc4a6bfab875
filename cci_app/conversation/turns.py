"""The receipts and the turns in the database: at most one turn of a person at a time, in order of arrival.

Every function is one transaction, of one statement where that is possible: this is the way of every message.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from cci_app.channels.message import (
    Address,
    Part,
    address_from_json,
    address_to_json,
    attachments_of,
    part_from_json,
    part_to_json,
    parts_from_json,
    parts_to_json,
    written,
)
from cci_app.channels.ports import Rendered
from cci_app.contacts.book import CANDIDATES, asked_for, chosen
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import Event, EventKind, Person
from cci_app.conversation.outcome import Outcome
from cci_app.core.database import one_trip, tenant_statement
from cci_app.core.errors import Conflict

LEASE_SECONDS = 6
_AFTER_REPLY_SECONDS = 3.0


class LeaseLost(Exception):  # noqa: N818
    """Somebody else took over this turn: what was made of it must not be written."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A part of an answer that could not be told before, and waits to open the next reply."""

    message_id: int
    part: Part


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to answer one receipt, with what is needed for it."""

    person: Person
    receipt_id: int
    token: uuid.UUID
    kind: EventKind
    text: str
    attachments: tuple[Part, ...]
    address: Address | None
    channel: str
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
    channel: str
    turn: Turn | None = None
    reply: Rendered | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a turn made of its message: all of it is written together, or nothing.

    `failed` tells that the person got an apology because no answer could be made, `address` where they could be reached
    later, `pushable` that they can be.
    """

    state: Mapping[str, Any]
    outcome: Outcome
    reply: Rendered
    failed: bool
    address: Address | None
    pushable: bool


_PERSON = "organisation_id = :organisation_id AND assistant = :assistant AND user_id = :user_id"


def _json(*names: str) -> list[sa.BindParameter[Any]]:
    return [sa.bindparam(name, type_=JSONB(none_as_null=True)) for name in names]


# The contact of the person, beside the turn.
_CONTACTS = f"(SELECT json_agg(c) FROM ({CANDIDATES}) c) AS contacts"


# The receipt, the turn and what a turn needs in one statement. The upsert waits for the person's row and sees its
# latest version, whatever the statement's snapshot is: with nothing pending the turn is free. Without an id of the
# channel's own, the same text after the same message has the same id: of two at once, one is the repeat.
_OPEN = one_trip(
    "WITH last AS ("
    " SELECT id, kind = :kind AND text = :text AND keyless AND"
    "  (status = 'received' OR completed_at > clock_timestamp() - interval '2 seconds') AS repeated"
    f" FROM webhook_events WHERE :keyless AND {_PERSON} ORDER BY id DESC LIMIT 1"
    "), receipt AS ("
    " INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text,"
    "  parts, reply_to, channel, received_at)"
    " SELECT :organisation_id, :assistant, :user_id, :channel_account,"
    "  CASE WHEN :keyless THEN concat(:user_id, ' after ', COALESCE((SELECT id FROM last), 0), ': ', :digest)"
    "   ELSE :event_id END,"
    "  :keyless, :kind, :text, :parts, :reply_to, :channel, clock_timestamp()"
    " WHERE NOT EXISTS (SELECT FROM last WHERE repeated)"
    " ON CONFLICT (organisation_id, channel_account, event_id) DO NOTHING RETURNING id, received_at"
    "), turn AS ("
    " INSERT INTO turn_state AS t (organisation_id, assistant, user_id, pending, attempts, lease_token, lease_until)"
    " SELECT :organisation_id, :assistant, :user_id, 1, 1, :token,"
    "  clock_timestamp() + make_interval(secs => :lease) FROM receipt"
    " ON CONFLICT (organisation_id, assistant, user_id) DO UPDATE SET pending = t.pending + 1,"
    "  attempts = CASE t.pending WHEN 0 THEN 1 ELSE t.attempts END,"
    "  lease_token = CASE t.pending WHEN 0 THEN excluded.lease_token ELSE t.lease_token END,"
    "  lease_until = CASE t.pending WHEN 0 THEN excluded.lease_until ELSE t.lease_until END"
    " RETURNING state, sequence, has_late, attempts, lease_token"
    f") SELECT receipt.id, receipt.received_at, turn.*, {_CONTACTS} FROM receipt, turn",
    *_json("parts", "reply_to"),
)

_FIRST = "SELECT id, channel, reply, reply_type, text, parts FROM webhook_events WHERE"
_FIND_FIRST = one_trip(
    f"{_FIRST} organisation_id = :organisation_id AND channel_account = :channel_account AND event_id = :event_id"
)
_FIND_FIRST_KEYLESS = one_trip(
    f"{_FIRST} {_PERSON} AND keyless AND kind = :kind AND text = :text ORDER BY id DESC LIMIT 1"
)

_TAKE = one_trip(
    "WITH receipt AS ("
    " SELECT id, kind, text, parts, reply_to, channel, received_at FROM webhook_events"
    " WHERE id = :receipt_id AND status = 'received' AND NOT EXISTS ("
    f"  SELECT FROM webhook_events WHERE {_PERSON} AND status = 'received' AND id < :receipt_id)"
    "), turn AS ("
    " UPDATE turn_state SET lease_token = :token,"
    "  lease_until = clock_timestamp() + make_interval(secs => :lease),"
    # A turn whose lease ran out is tried again; one that waited is tried for the first time.
    "  attempts = CASE WHEN lease_token IS NULL THEN 1 ELSE attempts + 1 END"
    f" FROM receipt WHERE {_PERSON} AND (lease_token IS NULL OR lease_until < clock_timestamp())"
    " RETURNING state, sequence, has_late, attempts"
    f") SELECT receipt.*, turn.*, {_CONTACTS} FROM receipt, turn"
)

# Those that wait, and those that an earlier attempt at this turn was opening.
_OPEN_LATE = one_trip(
    f"UPDATE outbound_messages SET state = 'sending', via = 'reply', claimed_until = NULL WHERE {_PERSON}"
    " AND (state = 'queued' OR state = 'sending' AND via = 'reply') AND reason IN ('late', 'rest') RETURNING id, part"
)

# The lease is looked at first, under a lock: without it nothing is written.
_COMPLETING = (
    "WITH lease AS ("
    f" SELECT FROM turn_state WHERE {_PERSON} AND lease_token = :token FOR UPDATE"
    "), reply AS ("
    " UPDATE webhook_events SET status = :status, outcome = :outcome, reply = COALESCE(reply, :reply),"
    "  reply_type = COALESCE(reply_type, :reply_type), reply_to = :reply_to, completed_at = clock_timestamp(),"
    "  late = held OR :unheard"
    " FROM lease WHERE id = :receipt_id AND status = 'received'{in_time} RETURNING late"
    "), turn AS ("
    " UPDATE turn_state SET state = :state, sequence = sequence + 1, pending = pending - 1,"
    "  has_late = reply.late OR :has_rest OR (has_late AND :keeps_late), lease_token = NULL, lease_until = NULL"
    f" FROM reply WHERE {_PERSON} AND lease_token = :token RETURNING 1)"
)
# Nothing but the reply itself, in time: then nothing is to be sent, and no outbox is looked at.
_COMPLETE = one_trip(
    _COMPLETING.format(in_time=" AND NOT held AND NOT :unheard") + " SELECT reply.late FROM reply, turn",
    *_json("outcome", "state", "reply_to"),
)
# What was told in this reply is told; a late answer, or what found no room, is to be sent.
_COMPLETE_SENDING = one_trip(
    _COMPLETING.format(in_time="") + ", opened AS ("
    " UPDATE outbound_messages SET state = 'sent' FROM reply"
    " WHERE id = ANY(:opened) AND state = 'sending' AND via = 'reply'"
    "), outbound AS ("
    " INSERT INTO outbound_messages (organisation_id, assistant, user_id, receipt_id, reason, position,"
    "  idempotency_key, address, part, via, not_before)"
    " SELECT :organisation_id, :assistant, :user_id, :receipt_id, m.reason, m.position,"
    "  concat('receipt ', CAST(:receipt_id AS bigint), ' ', m.position), :reply_to, m.part,"
    "  CASE WHEN :pushable THEN 'push' ELSE 'reply' END, clock_timestamp() + make_interval(secs => m.pause)"
    " FROM reply, jsonb_to_recordset(:outbound) AS m (reason text, position integer, part jsonb, pause float8)"
    " WHERE m.reason <> 'late' AND NOT reply.late OR m.reason = 'late' AND reply.late ORDER BY m.position"
    ") SELECT reply.late FROM reply, turn",
    *_json("outcome", "state", "reply_to", "outbound"),
)

_RELEASE = one_trip(
    "UPDATE turn_state SET lease_token = NULL, lease_until = NULL, attempts = 0"
    f" WHERE {_PERSON} AND lease_token = :token"
)

_HOLD = one_trip(
    "UPDATE webhook_events SET held = true, reply = COALESCE(reply, :reply),"
    " reply_type = COALESCE(reply_type, :reply_type)"
    " WHERE id = :receipt_id AND status = 'received' RETURNING reply, reply_type"
)

_STORED_REPLY = one_trip("SELECT reply, reply_type FROM webhook_events WHERE id = :receipt_id")

_READ_STATE = one_trip(f"SELECT state, sequence FROM turn_state WHERE {_PERSON} AND state <> '{{}}'")

_EXTEND = one_trip(
    "UPDATE turn_state SET lease_until = clock_timestamp() + make_interval(secs => :lease)"
    " WHERE lease_token = ANY(:tokens)"
)


def open_receipt(event: Event, region: str) -> Receipt:
    """Write the receipt of an event and take the person's turn if it is free, in one transaction.

    A repeat of an event gets the receipt of the first; another message under its id raises Conflict. Without an id, a
    repeat is the same text as the person's last message while that is answered, or within two seconds of its answer.
    """
    person, inbound = event.person, event.inbound
    organisation_id, token = person.organisation_id, uuid.uuid4()
    contact = asked_for(person.user_id, region)
    text, attachments = written(inbound.parts), attachments_of(inbound.parts)
    keyless = inbound.event_id is None
    known = {
        **_person(person),
        "kind": event.kind,
        "text": text,
        "channel_account": inbound.account,
        "event_id": inbound.event_id,
        "keyless": keyless,
    }
    parts = parts_to_json(inbound.parts) if attachments else None
    opened = tenant_statement(
        organisation_id,
        _OPEN,
        {
            **known,
            **contact,
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            "parts": parts,
            "reply_to": address_to_json(inbound.reply_to),
            "channel": inbound.channel,
            "token": token,
            "lease": LEASE_SECONDS,
        },
    )
    if not opened:
        (first,) = tenant_statement(organisation_id, _FIND_FIRST_KEYLESS if keyless else _FIND_FIRST, known)
        if not keyless and (first.text, first.parts) != (text, parts):
            raise Conflict("another message was sent under this id before: give each message an id of its own, or none")
        return Receipt(first.id, first.channel, reply=_reply(first))
    (row,) = opened
    if row.lease_token != token:
        return Receipt(row.id, inbound.channel)
    turn = Turn(
        person=person,
        receipt_id=row.id,
        token=token,
        kind=event.kind,
        text=text,
        attachments=attachments,
        address=inbound.reply_to,
        channel=inbound.channel,
        received_at=row.received_at,
        **_rest(person, event.kind, row, contact),
    )
    return Receipt(row.id, inbound.channel, turn=turn)


def take_turn(person: Person, receipt_id: int, region: str) -> Turn | None:
    """Take the turn for a receipt that waits, if the person's turn is free and nothing waits before it."""
    token = uuid.uuid4()
    contact = asked_for(person.user_id, region)
    values = {**_person(person), **contact, "token": token, "lease": LEASE_SECONDS, "receipt_id": receipt_id}
    for row in tenant_statement(person.organisation_id, _TAKE, values):
        return Turn(
            person=person,
            receipt_id=receipt_id,
            token=token,
            kind=EventKind(row.kind),
            text=row.text,
            attachments=attachments_of(parts_from_json(row.parts or ())),
            address=address_from_json(row.reply_to),
            channel=row.channel,
            received_at=row.received_at,
            **_rest(person, EventKind(row.kind), row, contact),
        )
    return None


def complete(turn: Turn, done: Completion, *, unheard: bool) -> bool:
    """Commit a turn: the reply on the receipt and the new state, only while the lease is still ours.

    `unheard` tells that nobody waits for the reply any more. Returns whether the answer came late, so that it waits to
    be pushed or to open the next reply. Raises LeaseLost when somebody else took over.
    """
    values = {
        **_person(turn.person),
        "receipt_id": turn.receipt_id,
        "token": turn.token,
        "status": "failed" if done.failed else "completed",
        "outcome": done.outcome.to_json(),
        "reply": done.reply.body,
        "reply_type": done.reply.content_type,
        "unheard": unheard,
        "state": dict(done.state),
        "reply_to": address_to_json(done.address),
        "has_rest": bool(done.reply.rest),
        "keeps_late": turn.kind is not EventKind.MESSAGE,
    }
    written: Sequence[sa.Row[Any]] = ()
    if not (turn.late or done.reply.rest or unheard):
        written = tenant_statement(turn.person.organisation_id, _COMPLETE, values)
    if not written:
        sending = {
            "pushable": done.pushable,
            "opened": [late.message_id for late in turn.late],
            "outbound": [*_outbound(done.outcome.reply, "late"), *_outbound(done.reply.rest, "rest")],
        }
        written = tenant_statement(turn.person.organisation_id, _COMPLETE_SENDING, {**values, **sending})
    if not written:
        # Taken over, or taken in the very moment in which somebody else completed it: then the lease is still ours.
        release(turn)
        raise LeaseLost
    return bool(written[0].late)


def _outbound(parts: Iterable[Part], reason: str) -> list[dict[str, Any]]:
    """The rows of parts that leave one by one; what follows a reply leaves when that has surely arrived."""
    pause = _AFTER_REPLY_SECONDS if reason == "rest" else 0.0
    return [
        {"reason": reason, "position": number, "part": part_to_json(part), "pause": pause}
        for number, part in enumerate(parts, start=1)
    ]


def release(turn: Turn) -> None:
    """Give a turn back unanswered; its receipt waits for the sweeper."""
    tenant_statement(turn.person.organisation_id, _RELEASE, {**_person(turn.person), "token": turn.token})


def hold(person: Person, receipt_id: int, reply: Rendered) -> Rendered | None:
    """Note that the sender was given the holding reply. Returns what is stored, None when the answer just came."""
    values = {"receipt_id": receipt_id, "reply": reply.body, "reply_type": reply.content_type}
    held = tenant_statement(person.organisation_id, _HOLD, values)
    return _reply(held[0]) if held else None


def stored_reply(person: Person, receipt_id: int) -> Rendered | None:
    """The reply that a receipt stores, None while there is none."""
    (row,) = tenant_statement(person.organisation_id, _STORED_REPLY, {"receipt_id": receipt_id})
    return _reply(row)


def _reply(row: Any) -> Rendered | None:
    return Rendered(bytes(row.reply), row.reply_type) if row.reply is not None else None


def read_state(person: Person) -> tuple[Mapping[str, Any], int] | None:
    """A person's state and its sequence number, or None for a person never seen."""
    for row in tenant_statement(person.organisation_id, _READ_STATE, _person(person)):
        return row.state, row.sequence
    return None


def extend_leases(organisation_id: int, tokens: list[uuid.UUID]) -> None:
    """Keep the leases of turns that are still being answered."""
    tenant_statement(organisation_id, _EXTEND, {"lease": LEASE_SECONDS, "tokens": tokens})


def _rest(person: Person, kind: EventKind, row: Any, contact: Mapping[str, str | None]) -> dict[str, Any]:
    """What a turn needs beside its receipt: where the person stands, what they still have to hear, who they are."""
    opens = row.has_late and kind is EventKind.MESSAGE
    late = tenant_statement(person.organisation_id, _OPEN_LATE, _person(person)) if opens else ()
    return {
        "state": row.state,
        "sequence": row.sequence,
        "attempts": row.attempts,
        "late": tuple(
            LateAnswer(id_, part_from_json(part)) for id_, part in sorted(map(tuple, late), key=itemgetter(0))
        ),
        "contact": chosen(row.contacts or (), contact["phone"]),
    }


def _person(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("organisation_id", "assistant", "user_id")}
