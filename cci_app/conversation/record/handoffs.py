"""People who asked for a human, or need one."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.conversation.record.recorded import Recorded
from cci_app.handoff.models import Handoff


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A request for every message that led to one; a second one while the first is open is the same."""
    rows = [
        {
            **event.person,
            "event_id": event.id,
            "reason": event.outcome.handoff.reason,
            "summary": event.outcome.handoff.summary,
            "created_at": event.answered_at,
        }
        for event in events
        if event.is_message and event.outcome.handoff
    ]
    if rows:
        session.execute(insert(Handoff).on_conflict_do_nothing(), rows)
