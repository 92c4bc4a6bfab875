"""What is old enough is forgotten: receipts and what was sent, the record, figures of requests, each by its setting."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

import sqlalchemy as sa
from flask import current_app

from cci_app.conversation.models import OutboundState
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.files.store import file_store
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
    # Of people only what is left of trials: where they stood, once their receipts are gone.
    _Kept(
        "turn_state",
        "organisation_id = :organisation_id AND user_id LIKE 'trial:%' AND :before < now() AND NOT EXISTS ("
        "SELECT FROM webhook_events e WHERE e.organisation_id = turn_state.organisation_id"
        " AND e.assistant = turn_state.assistant AND e.user_id = turn_state.user_id)",
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
        "unanswered_questions",
        "organisation_id = :organisation_id AND asked_at < :before",
        lambda settings: settings.retention_record_days,
    ),
    _Kept(
        "feedback",
        "organisation_id = :organisation_id AND coalesce(given_at, asked_at) < :before",
        lambda settings: settings.retention_record_days,
    ),
    _Kept(
        "review_samples",
        "organisation_id = :organisation_id AND drawn_at < :before",
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
    _Kept(
        "tool_effects",
        "organisation_id = :organisation_id AND created_at < :before",
        lambda settings: settings.retention_receipts_days,
    ),
    _Kept(
        "tool_executions",
        'organisation_id = :organisation_id AND "timestamp" < :before',
        lambda settings: settings.retention_record_days,
    ),
    # Those of the present billing period are counted when a limit is set.
    _Kept(
        "turn_usage",
        "organisation_id = :organisation_id AND at < :before AND at < now() - interval '32 days'",
        lambda settings: settings.retention_record_days,
    ),
    # Those of nobody go with whoever's come first.
    _Kept(
        "api_metrics",
        '(organisation_id = :organisation_id OR organisation_id IS NULL) AND "timestamp" < :before',
        lambda settings: settings.retention_metrics_days,
    ),
)


# What people sent, and what humans sent them: rows that name a file in the storage.
_WITH_FILES = ("inbound_files", "outbound_files")


def kept_days(settings: Settings) -> dict[str, int]:
    """For how many days rows of each table are kept; 0 is for ever."""
    return {kept.table: kept.days(settings) for kept in _KEPT} | dict.fromkeys(
        _WITH_FILES, settings.retention_receipts_days
    )


def run_retention(job_id: uuid.UUID) -> None:
    """Forget what is old enough, of the job's organisation. The job's result has how many rows of each table went."""
    with claimed(job_id) as claim:
        if claim is not None:
            settings: Settings = current_app.config["SETTINGS"]
            claim.result = dict.fromkeys(kept_days(settings), 0)
            files = (_forget_files(claim, settings, table) for table in _WITH_FILES)
            for table, rows in chain(*files, _forget(claim, settings)):
                claim.result[table] += rows
                claim.progress(sum(claim.result.values()))


def _forget_files(claim: Claim, settings: Settings, table: str) -> Iterator[tuple[str, int]]:
    """What was sent goes with its receipts: the files first, so that none is left behind of which nobody knows."""
    old = sa.text(
        f"SELECT id, file_key FROM {table} WHERE organisation_id = :organisation_id"  # noqa: S608 (constants of ours)
        " AND created_at < :before ORDER BY created_at, id LIMIT :batch"
    )
    forget = sa.text(f"DELETE FROM {table} WHERE organisation_id = :organisation_id AND id IN :ids")  # noqa: S608
    forget = forget.bindparams(sa.bindparam("ids", expanding=True))
    days = settings.retention_receipts_days
    store = file_store(settings)
    gone = BATCH_ROWS if days else 0
    while gone == BATCH_ROWS:
        before = clock.now() - timedelta(days=days)
        values = {"organisation_id": claim.organisation_id, "before": before, "batch": BATCH_ROWS}
        with system_transaction() as session:
            rows = session.execute(old, values).all()
        for row in rows:
            if row.file_key is not None:
                store.delete(row.file_key)
        if rows:
            with system_transaction() as session:
                session.execute(forget, {"organisation_id": claim.organisation_id, "ids": [row.id for row in rows]})
        gone = len(rows)
        yield table, gone


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
