"""Calls of models, for what they cost."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.record.recorded import Recorded
from cci_app.usage.models import UsageLog


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A row for every call."""
    rows = [row for event in events if event.is_message for row in _rows(event)]
    if rows:
        session.execute(sa.insert(UsageLog), rows)


def _rows(event: Recorded) -> Iterator[dict[str, Any]]:
    for number, call in enumerate(event.outcome.calls, start=1):
        yield {
            **event.person,
            "event_id": event.id,
            "number": number,
            "run_id": event.run_id,
            "agent": event.outcome.agent,
            "purpose": call.purpose,
            "provider": call.provider,
            "model": call.model[:255],
            "outcome": call.outcome,
            "input_tokens": call.tokens.input,
            "output_tokens": call.tokens.output,
            "cost": call.cost,
            "currency": None if call.cost is None else call.currency,
            "duration_ms": call.duration_ms,
            "timestamp": call.at,
        }
