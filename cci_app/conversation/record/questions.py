"""What people asked and nothing answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.record.recorded import Recorded
from cci_app.knowledge.models import UnansweredQuestion


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A row for every such question, whatever understood it."""
    rows = [
        {
            **event.person,
            "event_id": event.id,
            "question": event.outcome.unanswered,
            "language": event.outcome.language,
            "asked_at": event.received_at,
        }
        for event in events
        if event.is_message and event.outcome.unanswered
    ]
    if rows:
        session.execute(sa.insert(UnansweredQuestion), rows)
