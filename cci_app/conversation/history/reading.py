"""One conversation as it went: each message with its answer, what was made of it, and where what was sent stands."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from cci_app.channels.message import part_from_json
from cci_app.conversation.history.finding import LATE, STATE, UNANSWERED, mode_in
from cci_app.conversation.models import (
    Answer,
    Conversation,
    ConversationRun,
    DeliveryEvent,
    OutboundMessage,
    WebhookEvent,
)
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound

PAGE_SIZE = 100
_run, _said, _receipt = ConversationRun, Conversation, WebhookEvent


def read_conversation(
    organisation_id: int, conversation_id: uuid.UUID, *, before: int | None = None, limit: int = PAGE_SIZE
) -> dict[str, Any]:
    """A conversation with its answers and its newest messages, those before the message `before`.

    Raises NotFound.
    """
    with tenant_transaction(organisation_id) as session:
        found = session.execute(_HEAD.where(_run.id == conversation_id)).mappings().one_or_none()
        if found is None:
            raise NotFound("there is no such conversation")
        newest = _MESSAGES.where(_said.run_id == conversation_id, _said.organisation_id == organisation_id)
        if before is not None:
            newest = newest.where(_said.id < before)
        rows = session.execute(newest.limit(limit + 1)).mappings().all()
        messages = [{**message_of(row), "outbound": []} for row in reversed(rows[:limit])]
        _add_outbound(session, messages)
        answers = session.execute(_ANSWERS.where(Answer.run_id == conversation_id)).mappings().all()
    return {
        **found,
        "answers": [{**row} for row in answers],
        "messages": messages,
        "earlier": messages[0]["id"] if len(rows) > limit else None,
    }


def one_message(session: Session, organisation_id: int, conversation_id: uuid.UUID, message_id: int) -> dict[str, Any]:
    """One message of a conversation, with what left because of it. Raises NotFound."""
    chosen = _MESSAGES.where(
        _said.id == message_id, _said.run_id == conversation_id, _said.organisation_id == organisation_id
    )
    row = session.execute(chosen).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such message in this conversation")
    message = {**message_of(row), "outbound": []}
    _add_outbound(session, [message])
    return message


_HEAD = sa.select(
    _run.id.label("conversation_id"),
    *(getattr(_run, name) for name in ("assistant", "user_id", "contact_name")),
    _run.client_company.label("company"),
    _run.detected_language.label("language"),
    *(getattr(_run, name) for name in ("started_at", "last_message_at", "completed_at", "ended_at", "ended_reason")),
    *(getattr(_run, name) for name in ("current_question", "questions_answered", "labels")),
    _run.messages.label("messages_count"),
    STATE.label("state"),
    UNANSWERED.label("unanswered"),
    LATE.label("late"),
    mode_in(_run).label("mode"),
)
# Of what a turn made, what those who watch ask about: the rest of it is large, and stays where it is.
_MESSAGES = (
    sa.select(
        *(getattr(_said, name) for name in ("id", "event_id", "kind", "user_message", "agent_response")),
        *(getattr(_said, name) for name in ("current_question", "agent", "sources", "late", "withheld")),
        _said.detected_language.label("language"),
        _said.timestamp.label("at"),
        _said.response_time_ms,
        _receipt.channel,
        _receipt.held,
        _receipt.status,
        _receipt.outcome["intent"].astext.label("intent"),
        *(_receipt.outcome[name].label(name) for name in ("route", "stages_ms", "calls", "tools")),
    )
    .outerjoin(_receipt, sa.and_(_receipt.id == _said.event_id, _receipt.organisation_id == _said.organisation_id))
    .order_by(_said.id.desc())
)
_ANSWERS = sa.select(
    *(getattr(Answer, name) for name in ("question", "text", "status", "asked_at", "answered_at"))
).order_by(Answer.question)
_OUTBOUND = (
    sa.select(
        *(
            getattr(OutboundMessage, name)
            for name in ("id", "receipt_id", "reason", "via", "state", "attempts", "part")
        ),
        OutboundMessage.error,
        OutboundMessage.created_at,
        sa.func.array_agg(
            aggregate_order_by(
                sa.func.jsonb_build_object("state", DeliveryEvent.state, "at", DeliveryEvent.at),
                DeliveryEvent.id,
            )
        )
        .filter(DeliveryEvent.id.is_not(None))
        .label("events"),
    )
    .outerjoin(DeliveryEvent, DeliveryEvent.message_id == OutboundMessage.id)
    .group_by(OutboundMessage.id)
    .order_by(OutboundMessage.id)
)


def message_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A message with what was made of it: `row` has columns of the message, and of the outcome of its turn."""
    message = dict(row)
    stages, calls, route = (message.pop(name) for name in ("stages_ms", "calls", "route"))
    tools = message.pop("tools", None)
    return {
        **message,
        "failed": message.pop("status") == "failed",
        "held": bool(message["held"]),
        "route": {name: route[name] for name in ("agent", "confidence", "why")} if route else None,
        "stages_ms": stages or {},
        "model_calls": [_call(call) for call in calls or ()],
        "tool_calls": [{"type": call.pop("kind", None), **call} for call in map(dict, tools or ())],
    }


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    tokens = call.get("tokens") or {}
    return {
        **{name: call.get(name) for name in ("purpose", "model", "outcome", "duration_ms", "at")},
        "input_tokens": tokens.get("input", 0),
        "output_tokens": tokens.get("output", 0),
    }


def _add_outbound(session: Session, messages: Iterable[dict[str, Any]]) -> None:
    """Put beside each message what left on our own account because of it."""
    of_receipt: dict[int, dict[str, Any]] = {message["event_id"]: message for message in messages}
    if not of_receipt:
        return
    by_receipt: dict[int, list[dict[str, Any]]] = defaultdict(list)
    asked = _OUTBOUND.where(OutboundMessage.receipt_id.in_(of_receipt))
    for row in session.execute(asked).mappings():
        shown = {**row, "events": row["events"] or [], "text": part_from_json(row["part"]).plain}
        by_receipt[shown.pop("receipt_id")].append(shown)
    for receipt, sent in by_receipt.items():
        of_receipt[receipt]["outbound"] = [{k: v for k, v in each.items() if k != "part"} for each in sent]
