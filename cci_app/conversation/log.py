"""The record, written from receipts that are answered but not yet logged, hundreds at a time.

Batches are written one after the other (an advisory lock that ends with the transaction), so that what people did is
recorded in the order in which they did it. A receipt is marked as logged in the transaction that writes its rows: a
bell that rings twice writes nothing twice.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.conversation.inbound import EventKind
from cci_app.conversation.models import Answer, Conversation, ConversationRun, UserSession, WebhookEvent
from cci_app.core import clock
from cci_app.core.database import system_transaction
from cci_app.handoff.models import Handoff
from cci_app.usage.models import UsageLog

log = structlog.get_logger(__name__)

BATCH_ROWS = 500
Receipt = sa.Row[Any]
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


def _write(session: Session, events: Sequence[Receipt]) -> None:
    _write_runs(session, events)
    session.execute(sa.insert(Conversation), [_conversation(event) for event in events])
    messages = [event for event in events if event.kind == EventKind.MESSAGE]
    _write_answers(session, messages)
    if messages:
        _write_sessions(session, messages)
    calls = [row for event in messages for row in _calls(event)]
    if calls:
        session.execute(sa.insert(UsageLog), calls)
    handoffs = [_handoff(event) for event in messages if _outcome(event)["handoff"]]
    if handoffs:
        session.execute(insert(Handoff).on_conflict_do_nothing(), handoffs)
    ids = [event.id for event in events]
    session.execute(sa.update(WebhookEvent).where(WebhookEvent.id.in_(ids)).values(logged_at=clock.now()))


def _outcome(event: Receipt) -> dict[str, Any]:
    return event.outcome or {}


def _when(event: Receipt) -> datetime:
    when: datetime = event.completed_at or event.received_at
    return when


def _person(event: Receipt) -> dict[str, Any]:
    return {"organisation_id": event.organisation_id, "assistant": event.assistant, "user_id": event.user_id}


def _contact_name(outcome: dict[str, Any]) -> str | None:
    contact = outcome["contact"] or {}
    return " ".join(filter(None, (contact.get("first_name"), contact.get("last_name")))) or None


def _conversation(event: Receipt) -> dict[str, Any]:
    outcome = _outcome(event)
    return {
        **_person(event),
        "event_id": event.id,
        "run_id": uuid.UUID(outcome["run"]["id"]) if outcome["run"] else uuid.UUID(int=0),
        "kind": event.kind,
        "user_message": event.text,
        "agent_response": outcome["text"],
        "current_question": outcome["current_question"],
        "detected_language": outcome["language"],
        "has_client_context": outcome["has_context"],
        "client_company": (outcome["company"] or "")[:255] or None,
        "agent": outcome["agent"],
        "sources": outcome["sources"],
        "late": event.late is not None,
        "timestamp": event.received_at,
        "response_time_ms": outcome["response_time_ms"],
    }


def _write_runs(session: Session, events: Sequence[Receipt]) -> None:
    runs: dict[str, dict[str, Any]] = {}
    ended: dict[str, tuple[datetime, str]] = {}
    for event in events:
        outcome = _outcome(event)
        if outcome["ended"]:
            ended[outcome["ended"]["id"]] = (_when(event), outcome["ended"]["reason"])
        if event.kind == EventKind.MESSAGE:
            run_id = outcome["run"]["id"]
            runs[run_id] = _run(event, messages=runs.get(run_id, {"messages": 0})["messages"] + 1)
    if runs:
        statement = insert(ConversationRun)
        new, kept = statement.excluded, ConversationRun
        statement = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={
                "last_message_at": new.last_message_at,
                "completed_at": sa.func.coalesce(kept.completed_at, new.completed_at),
                "detected_language": new.detected_language,
                "client_company": sa.func.coalesce(new.client_company, kept.client_company),
                "contact_name": sa.func.coalesce(new.contact_name, kept.contact_name),
                "current_question": new.current_question,
                "questions_answered": new.questions_answered,
                "messages": kept.messages + new.messages,
            },
        )
        session.execute(statement, list(runs.values()))
    for run_id, (when, reason) in ended.items():
        session.execute(
            sa.update(ConversationRun)
            .where(ConversationRun.id == uuid.UUID(run_id), ConversationRun.ended_at.is_(None))
            .values(ended_at=when, ended_reason=reason)
        )


def _run(event: Receipt, messages: int) -> dict[str, Any]:
    outcome = _outcome(event)
    return {
        **_person(event),
        "id": uuid.UUID(outcome["run"]["id"]),
        "started_at": datetime.fromisoformat(outcome["run"]["started_at"]),
        "last_message_at": _when(event),
        "completed_at": _when(event) if outcome["completed"] else None,
        "detected_language": outcome["language"],
        "client_company": (outcome["company"] or "")[:255] or None,
        "contact_name": _contact_name(outcome),
        "current_question": outcome["current_question"],
        "questions_answered": outcome["questions_answered"],
        "messages": messages,
    }


def _write_answers(session: Session, events: Sequence[Receipt]) -> None:
    rows = _latest(
        (
            {
                "organisation_id": event.organisation_id,
                "run_id": uuid.UUID(_outcome(event)["run"]["id"]),
                "question": answer["question"],
                "text": answer["text"],
                "status": answer["status"],
                "asked_at": datetime.fromisoformat(answer["asked_at"]),
                "answered_at": datetime.fromisoformat(answer["answered_at"]),
            }
            for event in events
            for answer in _outcome(event)["answers"]
        ),
        key=lambda row: (row["run_id"], row["question"]),
    )
    if rows:
        statement = insert(Answer)
        new = statement.excluded
        columns = ("text", "status", "asked_at", "answered_at")
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["run_id", "question"], set_={column: new[column] for column in columns}
            ),
            rows,
        )


def _write_sessions(session: Session, events: Sequence[Receipt]) -> None:
    rows = _latest(
        (_session(event) for event in events),
        key=lambda row: (row["organisation_id"], row["assistant"], row["user_id"]),
    )
    statement = insert(UserSession)
    new = statement.excluded
    columns = (
        "last_interaction",
        "total_questions_answered",
        "session_completed",
        "detected_language",
        "client_context",
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "assistant", "user_id"],
            set_={column: new[column] for column in columns},
        ),
        rows,
    )


def _session(event: Receipt) -> dict[str, Any]:
    outcome = _outcome(event)
    return {
        **_person(event),
        "first_interaction": event.received_at,
        "last_interaction": _when(event),
        "total_questions_answered": outcome["questions_answered"],
        "session_completed": outcome["completed"],
        "detected_language": outcome["language"],
        "client_context": outcome["contact"],
    }


def _calls(event: Receipt) -> Iterator[dict[str, Any]]:
    outcome = _outcome(event)
    # Receipts of an earlier version have none.
    for number, call in enumerate(outcome.get("calls", ()), start=1):
        yield {
            **_person(event),
            "event_id": event.id,
            "number": number,
            "run_id": uuid.UUID(outcome["run"]["id"]),
            "agent": outcome["agent"],
            "purpose": call["purpose"],
            "provider": call["provider"],
            "model": call["model"][:255],
            "outcome": call["outcome"],
            "input_tokens": call["input_tokens"],
            "output_tokens": call["output_tokens"],
            "cost": None if call["cost"] is None else Decimal(call["cost"]),
            "currency": None if call["cost"] is None else call["currency"],
            "duration_ms": call["duration_ms"],
            "timestamp": datetime.fromisoformat(call["at"]),
        }


def _handoff(event: Receipt) -> dict[str, Any]:
    handoff = _outcome(event)["handoff"]
    return {
        **_person(event),
        "event_id": event.id,
        "reason": handoff["reason"],
        "summary": handoff["summary"],
        "created_at": _when(event),
    }


def _latest(rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """The last row of each key: an upsert may not touch one row twice."""
    return list({key(row): row for row in rows}.values())
