"""The turns in the database: at most one of a person at a time, in order of arrival.

Every function is one transaction, of one statement where that is possible: this is the way of every message.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from cci_app.channels.message import Address, Part, address_from_json, attachments_of, part_from_json, parts_from_json
from cci_app.contacts.book import CANDIDATES, asked_for, chosen
from cci_app.contacts.card import ContactCard
from cci_app.conversation.inbound import EventKind, Person
from cci_app.core.database import one_trip, tenant_statement

LEASE_SECONDS = 6
# Whose rows a statement is about, and the contact of the person beside them.
OF_PERSON = "organisation_id = :organisation_id AND assistant = :assistant AND user_id = :user_id"
CONTACTS = f"(SELECT json_agg(c) FROM ({CANDIDATES}) c) AS contacts"


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


_TAKE = one_trip(
    "WITH receipt AS ("
    " SELECT id, kind, text, parts, reply_to, channel, received_at FROM webhook_events"
    " WHERE id = :receipt_id AND status = 'received' AND NOT EXISTS ("
    f"  SELECT FROM webhook_events WHERE {OF_PERSON} AND status = 'received' AND id < :receipt_id)"
    "), turn AS ("
    " UPDATE turn_state SET lease_token = :token,"
    "  lease_until = clock_timestamp() + make_interval(secs => :lease),"
    # A turn whose lease ran out is tried again; one that waited is tried for the first time.
    "  attempts = CASE WHEN lease_token IS NULL THEN 1 ELSE attempts + 1 END"
    f" FROM receipt WHERE {OF_PERSON} AND (lease_token IS NULL OR lease_until < clock_timestamp())"
    " RETURNING state, sequence, has_late, attempts"
    f") SELECT receipt.*, turn.*, {CONTACTS} FROM receipt, turn"
)

# Those that wait, and those that an earlier attempt at this turn was opening.
_OPEN_LATE = one_trip(
    f"UPDATE outbound_messages SET state = 'sending', via = 'reply', claimed_until = NULL WHERE {OF_PERSON}"
    " AND (state = 'queued' OR state = 'sending' AND via = 'reply') AND reason IN ('late', 'rest') RETURNING id, part"
)

# The lease is looked at first, under a lock: without it nothing is written.

_RELEASE = one_trip(
    "UPDATE turn_state SET lease_token = NULL, lease_until = NULL, attempts = 0"
    f" WHERE {OF_PERSON} AND lease_token = :token"
)

_READ_STATE = one_trip(f"SELECT state, sequence FROM turn_state WHERE {OF_PERSON} AND state <> '{{}}'")

_EXTEND = one_trip(
    "UPDATE turn_state SET lease_until = clock_timestamp() + make_interval(secs => :lease)"
    " WHERE lease_token = ANY(:tokens)"
)


def take_turn(person: Person, receipt_id: int, region: str) -> Turn | None:
    """Take the turn for a receipt that waits, if the person's turn is free and nothing waits before it."""
    token = uuid.uuid4()
    contact = asked_for(person.user_id, region)
    values = {**person.columns, **contact, "token": token, "lease": LEASE_SECONDS, "receipt_id": receipt_id}
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
            **rest_of_turn(person, EventKind(row.kind), row, contact),
        )
    return None


def release(turn: Turn) -> None:
    """Give a turn back unanswered; its receipt waits for the sweeper."""
    tenant_statement(turn.person.organisation_id, _RELEASE, {**turn.person.columns, "token": turn.token})


def read_state(person: Person) -> tuple[Mapping[str, Any], int] | None:
    """A person's state and its sequence number, or None for a person never seen."""
    for row in tenant_statement(person.organisation_id, _READ_STATE, person.columns):
        return row.state, row.sequence
    return None


def extend_leases(organisation_id: int, tokens: list[uuid.UUID]) -> None:
    """Keep the leases of turns that are still being answered."""
    tenant_statement(organisation_id, _EXTEND, {"lease": LEASE_SECONDS, "tokens": tokens})


def rest_of_turn(person: Person, kind: EventKind, row: Any, contact: Mapping[str, str | None]) -> dict[str, Any]:
    """What a turn needs beside its receipt: where the person stands, what they still have to hear, who they are."""
    opens = row.has_late and kind is EventKind.MESSAGE
    late = tenant_statement(person.organisation_id, _OPEN_LATE, person.columns) if opens else ()
    return {
        "state": row.state,
        "sequence": row.sequence,
        "attempts": row.attempts,
        "late": tuple(
            LateAnswer(id_, part_from_json(part)) for id_, part in sorted(map(tuple, late), key=itemgetter(0))
        ),
        "contact": chosen(row.contacts or (), contact["phone"]),
    }
