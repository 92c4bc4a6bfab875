"""What is old enough is forgotten: receipts and what was sent, the record, figures of requests, each by its setting."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from cci_app.conversation.models import OutboundState
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.jobs.claims import Claim, claimed
from config.settings import Settings

# Rows that go in one transaction: their locks, and the log's part of it, stay small.
BATCH_ROWS = 1_000
_OVER = ", ".join(
    f"'{state.value}'" for state in OutboundState if state not in {OutboundState.QUEUED, OutboundState.SENDING}
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What of a table is kept for so many days; zero is for ever."""

    table: str
    old: str
    days: Callable[[Settings], int]


# The constants are ours; what differs is bound. A run takes its answers along, a message its deliveries.
_KEPT = (
    _Kept(
        "webhook_events",
        "organisation_id = :organisation_id AND received_at < :before"
        " AND status <> 'received' AND logged_at IS NOT NULL",
        lambda settings: settings.retention_receipts_days,
    ),
    _Kept(
        "outbound_messages",
        f"organisation_id = :organisation_id AND state IN ({_OVER}) AND created_at < :before",
        lambda settings: settings.retention_receipts_days,
    ),
    _Kept(
        "conversations",
        'organisation_id = :organisation_id AND "timestamp" < :before',
        lambda settings: settings.retention_record_days,
    ),
    _Kept(
        "conversation_runs",
        "organisation_id = :organisation_id AND last_message_at < :before",
        lambda settings: settings.retention_record_days,
    ),
    _Kept(
        "user_sessions",
        "organisation_id = :organisation_id AND last_interaction < :before",
        lambda settings: settings.retention_record_days,
    ),
    # Those of nobody go with whoever's come first.
    _Kept(
        "api_metrics",
        '(organisation_id = :organisation_id OR organisation_id IS NULL) AND "timestamp" < :before',
        lambda settings: settings.retention_metrics_days,
    ),
)


def run_retention(job_id: uuid.UUID) -> None:
    """Forget what is old enough, of the job's organisation. The job's result has how many rows of each table went."""
    with claimed(job_id) as claim:
        if claim is not None:
            settings: Settings = current_app.config["SETTINGS"]
            claim.result = dict.fromkeys((kept.table for kept in _KEPT), 0)
            for table, rows in _forget(claim, settings):
                claim.result[table] += rows
                claim.progress(sum(claim.result.values()))


def _forget(claim: Claim, settings: Settings) -> Iterator[tuple[str, int]]:
    for kept in _KEPT:
        days = kept.days(settings)
        if not days:
            continue
        statement = sa.text(
            f"DELETE FROM {kept.table} WHERE ctid = ANY(ARRAY("  # noqa: S608 (constants of ours)
            f"SELECT ctid FROM {kept.table} WHERE {kept.old} LIMIT :batch FOR UPDATE SKIP LOCKED))"
        )
        before = clock.now() - timedelta(days=days)
        values = {"organisation_id": claim.organisation_id, "before": before, "batch": BATCH_ROWS}
        gone = BATCH_ROWS
        while gone == BATCH_ROWS:
            with system_transaction() as session:
                gone = session.execute(statement, values).rowcount  # type: ignore[attr-defined]
            yield kept.table, gone
