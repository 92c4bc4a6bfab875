"""Runs, and the answers given in them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.conversation.models import Answer, ConversationRun
from cci_app.conversation.record.recorded import Recorded, latest
from cci_app.conversation.state import RunEnd


def write(session: Session, events: Sequence[Recorded]) -> None:
    """The runs as they stand after these events, and the answers as they stand in them."""
    _write_runs(session, events)
    _write_answers(session, events)


def _write_runs(session: Session, events: Sequence[Recorded]) -> None:
    runs: dict[uuid.UUID, dict[str, Any]] = {}
    ended: dict[uuid.UUID, tuple[datetime, RunEnd]] = {}
    for event in events:
        if event.outcome.ended:
            ended[event.outcome.ended.id] = (event.answered_at, event.outcome.ended.reason)
        if event.is_message:
            before = runs.get(event.run_id, {"messages": 0})
            runs[event.run_id] = _run(event, messages=before["messages"] + 1)
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
            .where(ConversationRun.id == run_id, ConversationRun.ended_at.is_(None))
            .values(ended_at=when, ended_reason=reason)
        )


def _run(event: Recorded, messages: int) -> dict[str, Any]:
    made, progress = event.outcome, event.progress
    return {
        **event.person,
        "id": event.run_id,
        "started_at": made.run.started_at if made.run else event.received_at,
        "last_message_at": event.answered_at,
        "completed_at": event.answered_at if progress["completed"] else None,
        "detected_language": made.language,
        "client_company": event.company,
        "contact_name": _contact_name(made.contact or {}),
        "current_question": made.progress.current_question if made.progress else None,
        "questions_answered": progress["answered"],
        "messages": messages,
    }


def _contact_name(contact: dict[str, Any]) -> str | None:
    return " ".join(filter(None, (contact.get("first_name"), contact.get("last_name")))) or None


def _write_answers(session: Session, events: Sequence[Recorded]) -> None:
    rows = latest(
        (
            {
                "organisation_id": event.organisation_id,
                "run_id": event.run_id,
                "assistant": event.assistant,
                "question": answer.question,
                "text": answer.text,
                "status": answer.status,
                "asked_at": answer.asked_at,
                "answered_at": answer.answered_at,
            }
            for event in events
            if event.is_message
            for answer in event.outcome.answers
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
