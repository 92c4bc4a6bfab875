"""The receipts in the database: one of every event, whatever becomes of it."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cci_app.channels.message import address_to_json, parts_to_json
from cci_app.channels.ports import Rendered
from cci_app.channels.words import attachments_of, written
from cci_app.contacts.book import asked_for
from cci_app.conversation import turns
from cci_app.conversation.inbound import Event, EventKind, Person
from cci_app.conversation.turns import CONTACTS, OF_PERSON, Turn, rest_of_turn
from cci_app.core.clock import lies_ahead
from cci_app.core.database import jsonb, one_trip, tenant_statement
from cci_app.core.errors import Conflict
from cci_app.core.text import clean


class ReceiptGone(Exception):  # noqa: N818
    """The person was erased, and what they wrote with them: nothing is to be said to it any more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an event on arrival: a turn of its own, a stored reply (of a repeat), or neither yet."""

    id: int
    channel: str
    turn: Turn | None = None
    reply: Rendered | None = None
    repeated: bool = False


# What our own id of an event begins with. No id of a channel's does: it is cleaned of controls.
_OWN_ID = "\x01"
# The receipt, the turn and what a turn needs in one statement. The upsert waits for the person's row and sees its
# latest version, whatever the statement's snapshot is: with nothing pending the turn is free. Without an id of the
# channel's own, the same text after the same message has the same id: of two at once, one is the repeat.
_OPEN = one_trip(
    "WITH last AS ("
    " SELECT id, kind = :kind AND text = :text AND keyless AND"
    "  (status = 'received' OR completed_at > clock_timestamp() - interval '2 seconds'"
    f"   AND NOT {lies_ahead('completed_at')}) AS repeated"
    f" FROM webhook_events WHERE :keyless AND {OF_PERSON} ORDER BY id DESC LIMIT 1"
    "), receipt AS ("
    " INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind, text,"
    "  parts, reply_to, channel, received_at, not_before)"
    " SELECT :organisation_id, :assistant, :user_id, :channel_account,"
    "  CASE WHEN :keyless THEN"
    "   concat(CAST(:own_id AS text), CAST(:digest AS text), ' after ', COALESCE((SELECT id FROM last), 0))"
    "   ELSE :event_id END,"
    "  :keyless, :kind, :text, :parts, :reply_to, :channel, clock_timestamp(),"
    "  clock_timestamp() + make_interval(secs => :quiet)"
    " WHERE NOT EXISTS (SELECT FROM last WHERE repeated)"
    " ON CONFLICT (organisation_id, channel_account, event_id) DO NOTHING RETURNING id"
    "), turn AS ("
    " INSERT INTO turn_state AS t (organisation_id, assistant, user_id, pending, attempts, lease_token, lease_until)"
    " SELECT :organisation_id, :assistant, :user_id, 1, CASE WHEN :listened THEN 1 ELSE 0 END, CAST(:token AS uuid),"
    "  CASE WHEN :listened THEN clock_timestamp() + make_interval(secs => :lease) END FROM receipt"
    " ON CONFLICT (organisation_id, assistant, user_id) DO UPDATE SET pending = t.pending + 1,"
    "  attempts = CASE t.pending WHEN 0 THEN excluded.attempts ELSE t.attempts END,"
    "  lease_token = CASE t.pending WHEN 0 THEN excluded.lease_token ELSE t.lease_token END,"
    "  lease_until = CASE t.pending WHEN 0 THEN excluded.lease_until ELSE t.lease_until END"
    " RETURNING state, sequence, has_late, attempts, takeovers, mode, rating_of, lease_token"
    f") SELECT receipt.id, turn.*, {CONTACTS} FROM receipt, turn",
    *jsonb("parts", "reply_to"),
    often=True,
)

_FIRST = "SELECT id, channel, reply, reply_type, text, parts FROM webhook_events WHERE"
_FIND_FIRST = one_trip(
    f"{_FIRST} organisation_id = :organisation_id AND channel_account = :channel_account AND event_id = :event_id"
)
_FIND_FIRST_KEYLESS = one_trip(
    f"{_FIRST} {OF_PERSON} AND keyless AND kind = :kind AND text = :text ORDER BY id DESC LIMIT 1"
)

_HOLD = one_trip(
    "UPDATE webhook_events SET held = true, reply = COALESCE(reply, :reply),"
    " reply_type = COALESCE(reply_type, :reply_type)"
    " WHERE id = :receipt_id AND status = 'received' RETURNING reply, reply_type"
)

_STORED_REPLY = one_trip("SELECT reply, reply_type FROM webhook_events WHERE id = :receipt_id")


def open_receipt(event: Event, region: str, quiet_seconds: float | None = None) -> Receipt:
    """Write the receipt of an event and take the person's turn if it is free, in one transaction.

    With `quiet_seconds` nobody waits for the reply: the turn is left to the first who looks after that time.

    A repeat of an event gets the receipt of the first; another message under its id raises Conflict. Without an id, a
    repeat is the same text as the person's last message while that is answered, or within two seconds of its answer.
    Raises ReceiptGone for a repeat whose first is erased in this moment.
    """
    person, inbound = event.person, event.inbound
    organisation_id, token = person.organisation_id, uuid.uuid4() if quiet_seconds is None else None
    contact = {**asked_for(person.known_as, region), "person": person.pseudonym}
    text, attachments = written(inbound.parts), attachments_of(inbound.parts)
    keyless = inbound.event_id is None
    known = {
        **person.columns,
        "kind": event.kind,
        "text": text,
        "channel_account": inbound.account,
        "event_id": None if inbound.event_id is None else clean(inbound.event_id),
        "keyless": keyless,
    }
    parts = parts_to_json(inbound.parts) if attachments else None
    opened = tenant_statement(
        organisation_id,
        _OPEN,
        {
            **known,
            **contact,
            "own_id": _OWN_ID,
            "digest": _digest(person, event.kind, text),
            "parts": parts,
            "reply_to": address_to_json(inbound.reply_to),
            "channel": inbound.channel,
            "token": token,
            "lease": turns.LEASE_SECONDS,
            "listened": token is not None,
            "quiet": quiet_seconds,
        },
    )
    if not opened:
        first = _only(tenant_statement(organisation_id, _FIND_FIRST_KEYLESS if keyless else _FIND_FIRST, known))
        if not keyless and (first.text, first.parts) != (text, parts):
            raise Conflict("another message was sent under this id before: give each message an id of its own, or none")
        return Receipt(first.id, first.channel, reply=_reply(first), repeated=True)
    (row,) = opened
    if token is None or row.lease_token != token:
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
        **rest_of_turn(person, event.kind, row, contact),
    )
    return Receipt(row.id, inbound.channel, turn=turn)


def _digest(person: Person, kind: EventKind, text: str) -> str:
    """Who said what to whom: what is the same of nothing but a repeat."""
    said = json.dumps([person.assistant, person.user_id, kind.value, text])
    return hashlib.sha256(said.encode()).hexdigest()


def hold(person: Person, receipt_id: int, reply: Rendered) -> Rendered | None:
    """Note that the sender was given the holding reply. Returns what is stored, None when the answer just came."""
    values = {"receipt_id": receipt_id, "reply": reply.body, "reply_type": reply.content_type}
    held = tenant_statement(person.organisation_id, _HOLD, values)
    return _reply(held[0]) if held else None


def stored_reply(person: Person, receipt_id: int) -> Rendered | None:
    """The reply that a receipt stores, None while there is none. Raises ReceiptGone."""
    return _reply(_only(tenant_statement(person.organisation_id, _STORED_REPLY, {"receipt_id": receipt_id})))


def _only(rows: Sequence[Any]) -> Any:
    if not rows:
        raise ReceiptGone
    return rows[0]


def _reply(row: Any) -> Rendered | None:
    return Rendered(bytes(row.reply), row.reply_type) if row.reply is not None else None
