"""Late answers: pushed once through the channel, else kept to open the next reply.

Whoever sends an answer claims it first, so that it is pushed or opens a reply, never both. A process that dies between
claim and settlement leaves an answer of unknown fate: it is shown, never sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog

from cci_app.channels.manychat import Fate, Manychat, PushResult
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import LateState
from cci_app.core.database import one_trip, system_transaction, tenant_statement
from config.settings import Settings

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
    " RETURNING assistant, user_id, delivery, outcome ->> 'text' AS text, push_attempts"
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
    " received_at, completed_at AS answered_at, outcome ->> 'text' AS answer FROM webhook_events"
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
    subscriber_id: int | str
    text: str
    attempts: int


class LateAnswers:
    """Pushes late answers through the channels that can."""

    def __init__(self, settings: Settings) -> None:
        key = settings.manychat_api_key
        self._manychat = Manychat(key.get_secret_value(), settings.manychat_base_url) if key else None

    def can_push(self, person: Person, delivery: Mapping[str, Any]) -> bool:
        """Whether an answer to that person can be pushed."""
        return self._manychat is not None and _subscriber(person.user_id, delivery) is not None

    def close(self) -> None:
        """Close the channels' connections."""
        if self._manychat is not None:
            self._manychat.close()

    def push(self, organisation_id: int, receipt_id: int) -> Fate | None:
        """Push an answer that waits; None where somebody else has it, or it is not due."""
        if self._manychat is None:
            return None
        claim = _claim(organisation_id, receipt_id)
        if claim is None:
            return None
        result = self._manychat.push(claim.subscriber_id, claim.text)
        _settle(organisation_id, claim, result)
        return result.fate


def late_answers(
    organisation_id: int, state: LateState | None = None, before: int | None = None, limit: int = 50
) -> Sequence[sa.Row[Any]]:
    """The organisation's late answers, newest first, in that state or in any; `before` is a receipt's id, left out."""
    values = {"organisation_id": organisation_id, "state": state, "before": before, "limit": limit}
    return tenant_statement(organisation_id, _LIST, values)


def due_pushes() -> Sequence[int]:
    """The answers that nobody pushed yet, for the sweeper; those of dead processes become uncertain."""
    with system_transaction() as session:
        session.execute(_GIVE_UP)
        return [row.id for row in session.execute(_DUE)]


def _subscriber(user_id: str, delivery: Mapping[str, Any]) -> int | str | None:
    """Manychat's id of the contact: told with the message, or the user id itself."""
    told: int | str | None = delivery.get("subscriber_id")
    kind, _, channel_id = user_id.partition(":")
    return told or (channel_id if kind == "manychat" and channel_id else None)


def _claim(organisation_id: int, receipt_id: int) -> Claim | None:
    for row in tenant_statement(organisation_id, _CLAIM, {"id": receipt_id, "claim": CLAIM_SECONDS}):
        subscriber = _subscriber(row.user_id, row.delivery)
        return Claim(receipt_id, subscriber, row.text, row.push_attempts) if subscriber else None
    return None


def _settle(organisation_id: int, claim: Claim, result: PushResult) -> None:
    late, pause = str(result.fate), 0.0
    if result.fate is Fate.RETRY:
        late = "waiting" if claim.attempts < MAX_ATTEMPTS else "refused"
        pause = result.retry_after or min(_FIRST_PAUSE_SECONDS * 2 ** (claim.attempts - 1), _LONGEST_PAUSE_SECONDS)
    log.info("late_answer", receipt=claim.receipt_id, fate=late, reason=result.reason, attempts=claim.attempts)
    tenant_statement(
        organisation_id,
        _SETTLE,
        {
            "organisation_id": organisation_id,
            "id": claim.receipt_id,
            "attempts": claim.attempts,
            "late": late,
            "reason": result.reason,
            "pause": pause,
        },
    )
