"""Calls of tools, for what they did and how long they took."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.conversation.record.recorded import Recorded
from cci_app.tools.calls import ToolStatus
from cci_app.tools.models import ToolExecution
from cci_app.tools.ports import ToolKind
from cci_app.usage.alerts import Alert, Severity, raise_alert

_FAILURES = frozenset({ToolStatus.FAILED, ToolStatus.TIMED_OUT, ToolStatus.UNCERTAIN})


def write(session: Session, events: Sequence[Recorded]) -> None:
    """A row for every call, and an alert for a tool of the organisation's that failed."""
    rows = [row for event in events if event.is_message for row in _rows(event)]
    if rows:
        session.execute(sa.insert(ToolExecution), rows)
    for row in rows:
        if row["status"] in _FAILURES and row["type"] is not ToolKind.BUILT_IN:
            raise_alert(
                session,
                row["organisation_id"],
                Alert(
                    cause=f"tool {row['tool']} {row['status']}",
                    severity=Severity.WARNING,
                    step=f"tool: {row['tool']}",
                    error=row["result"],
                    chatbot=row["assistant"],
                ),
            )


def _rows(event: Recorded) -> Iterator[dict[str, Any]]:
    for number, call in enumerate(event.outcome.tools, start=1):
        yield {
            **event.person,
            "event_id": event.id,
            "number": number,
            "run_id": event.run_id,
            "agent": event.outcome.agent,
            "tool": call.tool,
            "type": call.kind,
            "status": call.status,
            "arguments": call.arguments,
            "result": call.result,
            "iteration": call.iteration,
            "duration_ms": call.duration_ms,
            "timestamp": call.at,
        }
