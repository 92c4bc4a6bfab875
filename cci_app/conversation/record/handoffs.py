"""People who asked for a human, or need one, and what they say while they wait."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.conversation.record.recorded import Recorded, latest
from cci_app.core.database import jsonb
from cci_app.handoff.models import Handoff

_WROTE = sa.text(
    "UPDATE handoff_requests h SET person_at = greatest(h.person_at, w.at) FROM jsonb_to_recordset(:wrote)"
    " AS w (organisation_id bigint, assistant text, user_id text, at timestamptz)"
    " WHERE h.state <> 'resolved' AND h.organisation_id = w.organisation_id AND h.assistant = w.assistant"
    " AND h.user_id = w.user_id"
).bindparams(*jsonb("wrote"))


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A request for every message that led to one; a second one while the first is open is the same."""
    said = [event for event in events if event.is_message]
    rows = [
        {
            **event.person,
            "event_id": event.id,
            "reason": event.outcome.handoff.reason,
            "summary": event.outcome.handoff.summary,
            "language": event.outcome.language,
            "created_at": event.answered_at,
        }
        for event in said
        if event.outcome.handoff
    ]
    if rows:
        session.execute(insert(Handoff).on_conflict_do_nothing(), rows)
    wrote = latest(({**event.person, "at": event.received_at.isoformat()} for event in said), _person)
    if wrote:
        session.execute(_WROTE, {"wrote": wrote})


def _person(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["organisation_id"], row["assistant"], row["user_id"]
