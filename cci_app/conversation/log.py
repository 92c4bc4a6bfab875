"""The record, written from receipts that are answered but not yet logged, hundreds at a time.

Batches are written one after the other (an advisory lock that ends with the transaction), so that what people did is
recorded in the order in which they did it. A receipt is marked as logged in the transaction that writes its rows: a
bell that rings twice writes nothing twice.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.channels import trial
from cci_app.conversation.inbound import EventKind
from cci_app.conversation.models import WebhookEvent
from cci_app.conversation.outcome import read_outcome
from cci_app.conversation.record import calls, handoffs, messages, opinions, questions, runs, sessions, tools, wishes
from cci_app.conversation.record.recorded import Recorded
from cci_app.core import clock
from cci_app.core.database import system_transaction

log = structlog.get_logger(__name__)

BATCH_ROWS = 500
Receipt = sa.Row[Any]
# Each record has a writer of its own; a run is there before its messages.
WRITERS: tuple[Callable[[Session, Sequence[Recorded]], None], ...] = (
    runs.write,
    messages.write,
    sessions.write,
    handoffs.write,
    questions.write,
    wishes.write,
    opinions.write,
)
# These of trials too.
COSTS: tuple[Callable[[Session, Sequence[Recorded]], None], ...] = (calls.write, tools.write)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('conversation.log'))")


def log_conversations() -> int:
    """Log everything that waits; returns how many receipts were logged."""
    total = 0
    while True:
        try:
            count = _log_batch(BATCH_ROWS)
        except (sa.exc.DataError, sa.exc.IntegrityError, LookupError, TypeError, ValueError):
            # One receipt that cannot be logged must not keep the others waiting: find it, name it, go on.
            count = _log_one_by_one()
        total += count
        if count < BATCH_ROWS:
            return total


# Rows, not objects: nothing of a receipt changes here but that it is logged.
_COLUMNS = (
    *(WebhookEvent.id, WebhookEvent.organisation_id, WebhookEvent.assistant, WebhookEvent.user_id, WebhookEvent.kind),
    WebhookEvent.channel,
    *(WebhookEvent.text, WebhookEvent.outcome, WebhookEvent.late, WebhookEvent.received_at, WebhookEvent.completed_at),
)


def _waiting(limit: int) -> sa.Select[Any]:
    return (
        sa.select(*_COLUMNS)
        .where(WebhookEvent.logged_at.is_(None), WebhookEvent.log_error.is_(None), WebhookEvent.status != "received")
        .order_by(WebhookEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _log_batch(limit: int) -> int:
    with system_transaction() as session:
        session.execute(_LOCK)
        events = session.execute(_waiting(limit)).all()
        if events:
            _write(session, events)
        return len(events)


def _log_one_by_one() -> int:
    """Log up to a batch of receipts, each on its own; returns how many were dealt with."""
    for done in range(BATCH_ROWS):
        try:
            if _log_batch(1) == 0:
                return done
        except Exception as error:
            log.exception("receipt_not_logged")
            with system_transaction() as session:
                session.execute(_LOCK)
                ids = session.scalars(_waiting(1)).all()
                failed = sa.update(WebhookEvent).where(WebhookEvent.id.in_(ids))
                session.execute(failed.values(log_error=type(error).__name__))
    return BATCH_ROWS


def _write(session: Session, receipts: Sequence[Receipt]) -> None:
    # What was said on a trial's page is in nobody's record; what it cost, and did elsewhere, is.
    everything = [_recorded(receipt) for receipt in receipts]
    for write in COSTS:
        write(session, everything)
    kept = zip(everything, receipts, strict=True)
    events = [event for event, receipt in kept if receipt.channel != trial.KIND]
    for write in WRITERS if events else ():
        write(session, events)
    ids = [receipt.id for receipt in receipts]
    session.execute(sa.update(WebhookEvent).where(WebhookEvent.id.in_(ids)).values(logged_at=clock.now()))


def _recorded(receipt: Receipt) -> Recorded:
    return Recorded(
        id=receipt.id,
        organisation_id=receipt.organisation_id,
        assistant=receipt.assistant,
        user_id=receipt.user_id,
        kind=EventKind(receipt.kind),
        text=receipt.text,
        late=receipt.late,
        received_at=receipt.received_at,
        answered_at=receipt.completed_at or receipt.received_at,
        outcome=read_outcome(receipt.outcome or {}),
    )
