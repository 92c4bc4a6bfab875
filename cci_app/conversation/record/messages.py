"""The log of messages."""

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.models import Conversation
from cci_app.conversation.record.recorded import Recorded

_NO_RUN = uuid.UUID(int=0)


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A row for every event."""
    session.execute(sa.insert(Conversation), [_row(event) for event in events])


def _row(event: Recorded) -> dict[str, Any]:
    made = event.outcome
    return {
        **event.person,
        "event_id": event.id,
        "run_id": made.run.id if made.run else _NO_RUN,
        "kind": event.kind,
        "user_message": "\n".join(filter(None, (event.text, made.heard))),
        "agent_response": "" if made.withheld else made.text,
        "withheld": made.withheld,
        "current_question": made.progress.current_question if made.progress else None,
        "detected_language": made.language,
        "has_client_context": made.has_context,
        "client_company": event.company,
        "agent": made.agent,
        "sources": [
            {"document_id": one.document_id, "title": one.title, "page": one.page}
            for one in made.sources
            if one.answer_id is None
        ],
        "late": event.late,
        "failed": made.failed,
        "version": made.answered_by,
        "experiment_id": made.experiment,
        "timestamp": event.received_at,
        "response_time_ms": made.response_time_ms,
    }
