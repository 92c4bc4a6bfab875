"""What is on record of calls of tools."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cci_app.core.database import tenant_transaction
from cci_app.tools.models import ToolExecution

_COLUMNS = (
    *("id", "assistant", "user_id", "event_id", "run_id", "agent", "tool", "type", "status", "arguments", "result"),
    *("iteration", "duration_ms", "timestamp"),
)
_STATS = sa.text(
    "SELECT assistant, type, tool, calls, failures, refusals, mean_ms, p95_ms, last_at FROM tool_usage_stats"
    " ORDER BY calls DESC, assistant, tool LIMIT 500"
)
_FAILURES = sa.text(
    "SELECT assistant, user_id, event_id, type, tool, status, arguments, result, timestamp FROM recent_tool_failures"
    " ORDER BY timestamp DESC LIMIT :limit"
)


def list_executions(
    organisation_id: int,
    *,
    tool: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> dict[str, Any]:
    """Calls, the newest first, and the `next` page's `before`; None on the last."""
    asked = sa.select(*(getattr(ToolExecution, name) for name in _COLUMNS)).order_by(ToolExecution.id.desc())
    asked = asked.where(ToolExecution.organisation_id == organisation_id)
    if tool:
        asked = asked.where(ToolExecution.tool == tool)
    if status:
        asked = asked.where(ToolExecution.status == status)
    if since is not None:
        asked = asked.where(ToolExecution.timestamp >= since)
    if before is not None:
        asked = asked.where(ToolExecution.id < before)
    with tenant_transaction(organisation_id) as session:
        rows = [dict(row) for row in session.execute(asked.limit(limit + 1)).mappings()]
    return {"executions": rows[:limit], "next": rows[limit - 1]["id"] if len(rows) > limit else None}


def usage_stats(organisation_id: int) -> Sequence[dict[str, Any]]:
    """How often each tool was called, how it went and how long it took, the most frequent first."""
    with tenant_transaction(organisation_id) as session:
        return [dict(row) for row in session.execute(_STATS).mappings()]


def recent_failures(organisation_id: int, limit: int) -> Sequence[dict[str, Any]]:
    """Calls of the last seven days that failed, took too long or are in doubt, the newest first."""
    with tenant_transaction(organisation_id) as session:
        return [dict(row) for row in session.execute(_FAILURES, {"limit": limit}).mappings()]
