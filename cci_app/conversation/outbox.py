"""The outbox: whatever leaves on our own account, one row a part, each sent once and in order.

Whoever sends a row claims it first. A push of unknown fate is shown and never sent again; what a channel does not want,
or cannot be given, opens the person's next reply where there is one. A state never goes down: the database refuses it.
Whoever asked to be left alone is not written to: what waits for them is cancelled when it would be claimed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.channels.accounts import stop_account
from cci_app.channels.message import (
    Address,
    DeliveryReport,
    Part,
    Template,
    address_from_json,
    address_to_json,
    part_from_json,
    part_to_json,
    parts_from_json,
)
from cci_app.channels.ports import Delivery, Fault, Refused, Retry, Sent, Uncertain
from cci_app.channels.registry import Channels
from cci_app.channels.words import plain_text
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OPENING, LateState, OutboundReason, OutboundState, Via
from cci_app.conversation.window import window_closes_at
from cci_app.core import clock
from cci_app.core.clock import is_over, lies_ahead
from cci_app.core.database import jsonb, one_trip, system_transaction, tenant_statement
from cci_app.core.errors import Unavailable

log = structlog.get_logger(__name__)

# Longer than a push may take.
CLAIM_SECONDS = 30
MAX_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 300.0

_IS_DUE = f"(not_before <= clock_timestamp() OR {lies_ahead('created_at')})"
# To one who asked to be left alone nothing is sent but what answers that message or a later one of theirs, and what a
# human says once they have written again.
_BAR = (
    "WITH barred AS (UPDATE outbound_messages m SET state = 'cancelled', error = 'they asked not to be written to'"
    " FROM contact_marks k WHERE k.organisation_id = :organisation_id AND k.person = :person"
    "  AND m.organisation_id = :organisation_id AND m.assistant = :assistant AND m.user_id = :user_id"
    "  AND m.state = 'queued' AND m.via = 'push' AND CASE"
    "   WHEN m.receipt_id IS NOT NULL AND k.receipt_id IS NOT NULL THEN m.receipt_id < k.receipt_id"
    "   WHEN m.receipt_id IS NOT NULL THEN m.created_at < k.marked_at"
    "   ELSE m.reason <> 'human' OR NOT EXISTS (SELECT FROM webhook_events e"
    "    WHERE e.organisation_id = m.organisation_id AND e.assistant = m.assistant AND e.user_id = m.user_id"
    "    AND e.kind = 'message' AND CASE WHEN k.receipt_id IS NULL THEN e.received_at > k.marked_at"
    "     ELSE e.id > k.receipt_id END) END RETURNING m.id) "
)
# The oldest that is not done with, if it is due and nobody sends it: later ones wait for it.
_CLAIM = one_trip(
    f"{_BAR}UPDATE outbound_messages SET state = 'sending', attempts = attempts + 1,"
    " claimed_until = clock_timestamp() + make_interval(secs => :claim)"
    " WHERE id = (SELECT min(id) FROM outbound_messages"
    "  WHERE organisation_id = :organisation_id AND assistant = :assistant AND user_id = :user_id"
    "  AND state IN ('queued', 'sending') AND via = 'push' AND id NOT IN (SELECT id FROM barred))"
    f" AND state = 'queued' AND via = 'push' AND {_IS_DUE}"
    " RETURNING id, idempotency_key, address, part, reason, attempts"
)
_SETTLE = one_trip(
    "WITH settled AS ("
    " UPDATE outbound_messages SET state = :state, via = :via, claimed_until = NULL, vendor_id = :vendor_id,"
    "  error_code = :code, error = :error, not_before = clock_timestamp() + make_interval(secs => :pause)"
    " WHERE id = :id AND state = 'sending' AND via = 'push' AND attempts = :attempts"
    " RETURNING organisation_id, assistant, user_id"
    ") UPDATE turn_state t SET has_late = has_late OR :state = 'queued' FROM settled s"
    " WHERE t.organisation_id = s.organisation_id AND t.assistant = s.assistant AND t.user_id = s.user_id"
)
_GIVE_UP = sa.text(
    "UPDATE outbound_messages SET state = 'uncertain', claimed_until = NULL,"
    " error = 'the process that sent it ended before it knew'"
    f" WHERE state = 'sending' AND via = 'push' AND {is_over('claimed_until', str(CLAIM_SECONDS))}"
)
_DUE = sa.text(
    "SELECT min(id) FROM outbound_messages WHERE state = 'queued' AND via = 'push'"
    f" AND {_IS_DUE} GROUP BY organisation_id, assistant, user_id ORDER BY 1 LIMIT 1000"
)
# What a message may be that becomes this: the channel tells it in any order, and again.
_BEFORE: Mapping[str, tuple[OutboundState, ...]] = {
    OutboundState.SENT: (OutboundState.SENDING, OutboundState.UNCERTAIN),
    OutboundState.DELIVERED: (OutboundState.SENDING, OutboundState.UNCERTAIN, OutboundState.SENT),
    OutboundState.READ: (
        *(OutboundState.SENDING, OutboundState.UNCERTAIN, OutboundState.SENT, OutboundState.DELIVERED),
    ),
    OutboundState.FAILED: (OutboundState.SENDING, OutboundState.UNCERTAIN, OutboundState.SENT),
}
_REPORT = one_trip(
    "UPDATE outbound_messages SET state = :state, vendor_id = COALESCE(:vendor_id, vendor_id), claimed_until = NULL,"
    " error_code = :code, error = :error"
    " WHERE organisation_id = :organisation_id AND (vendor_id = :vendor_id OR idempotency_key = :key)"
    " AND state = ANY(CAST(:before AS text[])) AND via = 'push' RETURNING id"
)
_WINDOW_CLOSED = (
    "the person's last message is too long ago: until they write again the channel takes a template and nothing else"
)
_WHOSE = sa.text("SELECT organisation_id, assistant, user_id FROM outbound_messages WHERE id = :id")
_LIST = one_trip(
    "SELECT id, receipt_id, assistant, user_id, reason, via, state, attempts, not_before, created_at, error_code,"
    " error, address ->> 'channel' AS channel, part FROM outbound_messages WHERE organisation_id = :organisation_id"
    " AND (:state IS NULL OR state = :state) AND (:reason IS NULL OR reason = :reason)"
    " AND (:user_id IS NULL OR user_id = :user_id) AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)
# What is told of an answer of several parts is what most wants to be looked at.
_LATE_STATES = (
    *(LateState.UNCERTAIN, LateState.REFUSED, LateState.PUSHING, LateState.OPENING),
    *(LateState.WAITING, LateState.OPENED, LateState.PUSHED),
)
_LIST_LATE = one_trip(
    "WITH told AS (SELECT receipt_id, id, part, error, attempts, CASE"
    " WHEN state = 'queued' THEN CASE WHEN via = 'reply' AND attempts > 0 THEN 'refused' ELSE 'waiting' END"
    " WHEN state = 'sending' THEN CASE via WHEN 'push' THEN 'pushing' ELSE 'opening' END"
    " WHEN state = 'uncertain' THEN 'uncertain' WHEN state IN ('failed', 'cancelled') THEN 'refused'"
    " ELSE CASE via WHEN 'push' THEN 'pushed' ELSE 'opened' END END AS late"
    " FROM outbound_messages WHERE organisation_id = :organisation_id AND reason = 'late'"
    "), answers AS (SELECT receipt_id, (array_agg(late ORDER BY array_position(:states, late)))[1] AS state,"
    " max(error) AS reason, max(attempts) AS attempts, jsonb_agg(part ORDER BY id) AS parts FROM told GROUP BY 1"
    ") SELECT a.*, e.assistant, e.user_id, e.received_at, e.completed_at AS answered_at FROM answers a"
    " JOIN webhook_events e ON e.id = a.receipt_id AND e.channel <> 'trial' WHERE (:state IS NULL OR a.state = :state)"
    " AND (:before IS NULL OR a.receipt_id < :before) ORDER BY a.receipt_id DESC LIMIT :limit"
)


_PUT = sa.text(
    "INSERT INTO outbound_messages (organisation_id, assistant, user_id, reason, position, idempotency_key, address,"
    " part, via) VALUES (:organisation_id, :assistant, :user_id, :reason, 0, :key, :address, :part, :via)"
    " ON CONFLICT (organisation_id, idempotency_key) DO NOTHING RETURNING id"
).bindparams(*jsonb("address", "part"))
_HAS_LATE = sa.text(
    "INSERT INTO turn_state (organisation_id, assistant, user_id, has_late)"
    " VALUES (:organisation_id, :assistant, :user_id, true)"
    " ON CONFLICT (organisation_id, assistant, user_id) DO UPDATE SET has_late = true"
)


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """The right to send one part, once."""

    id: int
    key: str
    address: Address | None
    part: Part
    reason: OutboundReason
    attempts: int


class Outbox:
    """Sends what waits through the channels that can."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def send(self, person: Person) -> Sequence[Delivery]:
        """Send what is due for a person, in order, until something has to wait; what came of each."""
        sent: list[Delivery] = []
        while (claim := claim_next(person)) is not None:
            delivery = self._deliver(person, claim)
            _settle(person, claim, delivery, opens=self._opens(claim))
            sent.append(delivery)
            if isinstance(delivery, Retry):
                break
        return sent

    def _opens(self, claim: ClaimedPart) -> bool:
        """Whether it can be told when the person next writes: what belongs to a conversation with a listener."""
        if claim.reason is not OutboundReason.HUMAN:
            return claim.reason in OPENING
        channel = self._channels.get(claim.address.channel) if claim.address else None
        return channel is None or channel.limits.listener

    def _deliver(self, person: Person, claim: ClaimedPart) -> Delivery:
        try:
            channel = self._channels.sender(person.organisation_id, claim.address)
        except Unavailable as error:
            return Retry(error.message)
        if claim.address is None or channel is None:
            return Refused("no_address", "the organisation has no channel that reaches this person")
        if not isinstance(claim.part, Template):
            closes = window_closes_at(person, claim.address, channel.limits)
            if closes is not None and closes < clock.now():
                return Refused("window_closed", _WINDOW_CLOSED, Fault.WINDOW_CLOSED)
        delivery = channel.send(claim.part, claim.address, claim.key)
        if isinstance(delivery, Refused) and delivery.fault is Fault.STOP_ACCOUNT:
            stop_account(person.organisation_id, claim.address, f"{delivery.reason} ({delivery.code})")
        return delivery


def put(
    session: Session,
    person: Person,
    part: Part,
    *,
    reason: OutboundReason,
    key: str,
    address: Address | None,
    pushable: bool,
) -> int | None:
    """Put a part into the outbox, in the transaction of what it goes with: once for each key; its id, the first time.

    Where the person cannot be written to it opens their next reply. Whoever calls rings for it afterwards.
    """
    values = {"reason": reason, "key": key, "part": part_to_json(part), "address": address_to_json(address)}
    via = Via.PUSH if pushable else Via.REPLY
    message_id: int | None = session.scalar(_PUT, {**person.columns, **values, "via": via})
    if message_id is not None and via is Via.REPLY:
        session.execute(_HAS_LATE, person.columns)
    return message_id


def claim_next(person: Person) -> ClaimedPart | None:
    """Claim the person's next part; None where nothing is due, or somebody else sends to them."""
    values = {**person.columns, "person": person.pseudonym, "claim": CLAIM_SECONDS}
    for row in tenant_statement(person.organisation_id, _CLAIM, values):
        address, part = address_from_json(row.address), part_from_json(row.part)
        return ClaimedPart(row.id, row.idempotency_key, address, part, OutboundReason(row.reason), row.attempts)
    return None


def note_report(organisation_id: int, report: DeliveryReport) -> bool:
    """Note what a channel tells of a message of ours; whether it was one, and came further. No state goes down."""
    before = _BEFORE.get(report.state)
    if before is None:
        return False
    values = {
        "organisation_id": organisation_id,
        "state": report.state,
        "before": [str(state) for state in before],
        "vendor_id": report.vendor_id,
        "key": report.key,
        "code": report.code,
        "error": report.reason,
    }
    return bool(tenant_statement(organisation_id, _REPORT, values))


def due_messages() -> Sequence[int]:
    """A message of everybody for whom something is due, for the sweeper; those of dead processes become uncertain."""
    with system_transaction() as session:
        session.execute(_GIVE_UP)
        due: Sequence[int] = session.scalars(_DUE).all()
        return due


def receiver_of(message_id: int) -> Person | None:
    """Whom a message is for; None when there is no such message."""
    with system_transaction() as session:
        row = session.execute(_WHOSE, {"id": message_id}).one_or_none()
    return Person(row.organisation_id, row.assistant, row.user_id) if row else None


def outbound_messages(
    organisation_id: int,
    state: OutboundState | None = None,
    reason: OutboundReason | None = None,
    user_id: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Mapping[str, Any]]:
    """The organisation's outbox, newest first; `before` is a message's id, left out. Files are named alone."""
    values = {"state": state, "reason": reason, "user_id": user_id, "before": before, "limit": limit}
    found = tenant_statement(organisation_id, _LIST, {"organisation_id": organisation_id, **values})
    return [{**row._asdict(), "part": _listed(row.part), "text": part_from_json(row.part).plain} for row in found]


def _listed(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part as it is listed: a letter's files without what is in them."""
    enclosed = [{**each, "content": ""} for each in part.get("enclosed", ())]
    return {**part, **({"enclosed": enclosed} if enclosed else {})}


def late_answers(
    organisation_id: int, state: LateState | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Mapping[str, Any]]:
    """The organisation's late answers, newest first, in that state or in any; `before` is a receipt's id, left out."""
    values = {"state": state, "before": before, "limit": limit, "states": [str(each) for each in _LATE_STATES]}
    found = tenant_statement(organisation_id, _LIST_LATE, {"organisation_id": organisation_id, **values})
    return [{**row._asdict(), "answer": plain_text(parts_from_json(row.parts))} for row in found]


def _settle(person: Person, claim: ClaimedPart, delivery: Delivery, *, opens: bool) -> None:
    state, via, pause, code = OutboundState.SENT, Via.PUSH, 0.0, None
    if isinstance(delivery, Retry) and claim.attempts < MAX_ATTEMPTS:
        state = OutboundState.QUEUED
        pause = delivery.after or min(_FIRST_PAUSE_SECONDS * 2 ** (claim.attempts - 1), _LONGEST_PAUSE_SECONDS)
    elif isinstance(delivery, Uncertain):
        state = OutboundState.UNCERTAIN
    elif isinstance(delivery, Refused | Retry):
        code = delivery.code if isinstance(delivery, Refused) else "given_up"
        state, via = (OutboundState.QUEUED, Via.REPLY) if opens else (OutboundState.FAILED, Via.PUSH)
    error = None if isinstance(delivery, Sent) else delivery.reason
    log.info("outbound", message=claim.id, state=state, via=via, code=code, attempts=claim.attempts)
    tenant_statement(
        person.organisation_id,
        _SETTLE,
        {
            "id": claim.id,
            "attempts": claim.attempts,
            "state": state,
            "via": via,
            "pause": pause,
            "code": code,
            "error": error,
            "vendor_id": delivery.id if isinstance(delivery, Sent) else None,
        },
    )
