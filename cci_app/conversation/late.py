"""Late answers: pushed once through the channel, else kept to open the next reply.

Whoever sends an answer claims it first, so that it is pushed or opens a reply, never both. A process that dies between
claim and settlement leaves an answer of unknown fate: it is shown, never sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog

from cci_app.channels.message import Address, Text, address_from_json
from cci_app.channels.ports import Delivery, Refused, Retry, Sent, Uncertain
from cci_app.channels.registry import Channels
from cci_app.conversation.models import LateState
from cci_app.conversation.outcome import read_outcome
from cci_app.core.database import one_trip, system_transaction, tenant_statement

log = structlog.get_logger(__name__)

# Longer than a push may take.
CLAIM_SECONDS = 30
MAX_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 300.0

_CLAIM = one_trip(
    "UPDATE webhook_events SET late = 'pushing', push_attempts = push_attempts + 1,"
    " push_after = clock_timestamp() + make_interval(secs => :claim)"
    " WHERE id = :id AND late = 'waiting' AND push_after <= clock_timestamp()"
    " RETURNING assistant, user_id, reply_to, outcome, push_attempts"
)
_SETTLE = one_trip(
    "WITH settled AS ("
    " UPDATE webhook_events SET late = :late, late_reason = :reason,"
    "  push_after = CASE WHEN :late = 'waiting' THEN clock_timestamp() + make_interval(secs => :pause) END"
    " WHERE id = :id AND late = 'pushing' AND push_attempts = :attempts RETURNING assistant, user_id"
    ") UPDATE turn_state t SET has_late = has_late OR :late IN ('waiting', 'refused') FROM settled s"
    " WHERE t.organisation_id = :organisation_id AND t.assistant = s.assistant AND t.user_id = s.user_id"
)
_GIVE_UP = sa.text(
    "UPDATE webhook_events SET late = 'uncertain', push_after = NULL,"
    " late_reason = 'the process that sent it ended before it knew'"
    " WHERE late = 'pushing' AND push_after < clock_timestamp()"
)
_LIST = one_trip(
    "SELECT id AS receipt_id, assistant, user_id, late AS state, late_reason AS reason, push_attempts AS attempts,"
    " received_at, completed_at AS answered_at, outcome FROM webhook_events"
    " WHERE organisation_id = :organisation_id AND late IS NOT NULL AND (:state IS NULL OR late = :state)"
    " AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)
_DUE = sa.text(
    "SELECT id, organisation_id FROM webhook_events WHERE late = 'waiting' AND push_after <= clock_timestamp()"
    " ORDER BY push_after LIMIT 1000"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to push one answer, once."""

    receipt_id: int
    address: Address
    text: str
    attempts: int


class LateAnswers:
    """Pushes late answers through the channels that can."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def push(self, organisation_id: int, receipt_id: int) -> Delivery | None:
        """Push an answer that waits; None where somebody else has it, or it is not due."""
        claim = self._claim(organisation_id, receipt_id)
        if claim is None:
            return None
        channel = self._channels[claim.address.channel]
        result = channel.send(Text(claim.text), claim.address, f"receipt {receipt_id}")
        _settle(organisation_id, claim, result)
        return result

    def _claim(self, organisation_id: int, receipt_id: int) -> Claim | None:
        for row in tenant_statement(organisation_id, _CLAIM, {"id": receipt_id, "claim": CLAIM_SECONDS}):
            address = address_from_json(row.reply_to) or self._channels.address_of(row.user_id)
            if self._channels.can_push(address) and address is not None:
                return Claim(receipt_id, address, read_outcome(row.outcome).text, row.push_attempts)
        return None


def late_answers(
    organisation_id: int, state: LateState | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Mapping[str, Any]]:
    """The organisation's late answers, newest first, in that state or in any; `before` is a receipt's id, left out."""
    values = {"organisation_id": organisation_id, "state": state, "before": before, "limit": limit}
    found = [dict(row._mapping) for row in tenant_statement(organisation_id, _LIST, values)]
    return [{**row, "answer": read_outcome(row["outcome"]).text} for row in found]


def due_pushes() -> Sequence[int]:
    """The answers that nobody pushed yet, for the sweeper; those of dead processes become uncertain."""
    with system_transaction() as session:
        session.execute(_GIVE_UP)
        return [row.id for row in session.execute(_DUE)]


def _settle(organisation_id: int, claim: Claim, result: Delivery) -> None:
    late, pause, reason = LateState.PUSHED, 0.0, None if isinstance(result, Sent) else result.reason
    if isinstance(result, Refused):
        late = LateState.REFUSED
    elif isinstance(result, Uncertain):
        late = LateState.UNCERTAIN
    elif isinstance(result, Retry):
        late = LateState.WAITING if claim.attempts < MAX_ATTEMPTS else LateState.REFUSED
        pause = result.after or min(_FIRST_PAUSE_SECONDS * 2 ** (claim.attempts - 1), _LONGEST_PAUSE_SECONDS)
    log.info("late_answer", receipt=claim.receipt_id, fate=late, reason=reason, attempts=claim.attempts)
    tenant_statement(
        organisation_id,
        _SETTLE,
        {
            "organisation_id": organisation_id,
            "id": claim.receipt_id,
            "attempts": claim.attempts,
            "late": late,
            "reason": reason,
            "pause": pause,
        },
    )
