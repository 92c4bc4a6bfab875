"""One turn as it went: what it was asked and answered, each call of models and tools in order, and what it cost."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from cci_app.conversation.history.reading import one_message
from cci_app.core.database import tenant_transaction
from cci_app.tools.models import ToolExecution
from cci_app.usage.models import UsageLog

_call, _tool = UsageLog, ToolExecution
_CALLS = sa.select(
    *(getattr(_call, name) for name in ("number", "purpose", "provider", "model", "outcome", "input_tokens")),
    *(getattr(_call, name) for name in ("output_tokens", "cost", "currency", "duration_ms")),
    _call.timestamp.label("at"),
)
_TOOLS = sa.select(
    *(getattr(_tool, name) for name in ("number", "tool", "type", "status", "arguments", "result", "iteration")),
    *(_tool.duration_ms, _tool.timestamp.label("at")),
)


def read_turn(organisation_id: int, conversation_id: uuid.UUID, message_id: int) -> dict[str, Any]:
    """A message of a conversation with its `steps`, the first of them first, and what they took together.

    It is read from the record, which outlives the receipt. Raises NotFound.
    """
    with tenant_transaction(organisation_id) as session:
        message = one_message(session, organisation_id, conversation_id, message_id)
        whose, event = organisation_id, message["event_id"]
        calls = session.execute(_CALLS.where(_call.organisation_id == whose, _call.event_id == event)).mappings().all()
        tools = session.execute(_TOOLS.where(_tool.organisation_id == whose, _tool.event_id == event)).mappings().all()
    steps = [_step("model", row) for row in calls] + [_step("tool", row) for row in tools]
    costs: dict[str, Decimal] = {}
    for row in calls:
        if row["cost"] is not None and row["currency"]:
            costs[row["currency"]] = costs.get(row["currency"], Decimal(0)) + row["cost"]
    del message["model_calls"], message["tool_calls"]
    return {
        **message,
        "conversation_id": conversation_id,
        "steps": sorted(steps, key=lambda step: (step["at"], step["kind"], step["number"])),
        "input_tokens": sum(row["input_tokens"] for row in calls),
        "output_tokens": sum(row["output_tokens"] for row in calls),
        "costs": [{"currency": currency, "cost": str(cost)} for currency, cost in costs.items()],
    }


def _step(kind: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    step = {"kind": kind, **row}
    if step.get("cost") is not None:
        step["cost"] = str(step["cost"])
    return step
