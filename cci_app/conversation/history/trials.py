"""What was said on trials: it is read from the receipts, because it is in nobody's record."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from cci_app.channels.message import parts_from_json
from cci_app.channels.trial import KIND
from cci_app.channels.words import plain_text
from cci_app.conversation.history.reading import message_of
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import WebhookEvent
from cci_app.core.database import tenant_transaction

MOST_MESSAGES = 200
# The newest receipts among which trials are looked for.
_LOOKED_AT = 2_000
_receipt = WebhookEvent

_MESSAGES = (
    sa.select(
        _receipt.id,
        _receipt.received_at.label("at"),
        _receipt.text.label("user_message"),
        *(getattr(_receipt, name) for name in ("status", "held", "late")),
        *(_receipt.outcome[name].label(name) for name in ("parts", "sources", "route", "stages_ms", "calls")),
        *(_receipt.outcome[name].astext.label(name) for name in ("language", "agent", "intent")),
        _receipt.outcome["response_time_ms"].as_integer().label("response_time_ms"),
        _receipt.outcome["progress"]["current_question"].as_integer().label("current_question"),
    )
    .where(_receipt.channel == KIND, _receipt.kind == "message")
    .order_by(_receipt.id.desc())
    .limit(MOST_MESSAGES)
)


def trial_messages(person: Person) -> list[dict[str, Any]]:
    """The newest messages of a trial, the oldest of them first; one without `parts` is still being answered."""
    with tenant_transaction(person.organisation_id) as session:
        rows = session.execute(_MESSAGES.where(*person.owns(_receipt))).mappings().all()
    return [_told(row) for row in reversed(rows)]


def trials_of(organisation_id: int, made_by: str | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """The organisation's newest trials: `assistant`, `user_id`, when the last message came, and how many there were."""
    mine = [_receipt.organisation_id == organisation_id, _receipt.channel == KIND]
    if made_by is not None:
        mine.append(_receipt.user_id.startswith(f"{KIND}:{made_by}.", autoescape=True))
    newest = (
        sa.select(_receipt.assistant, _receipt.user_id, _receipt.received_at)
        .where(*mine)
        .order_by(_receipt.received_at.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    found = (
        sa.select(
            newest.c.assistant,
            newest.c.user_id,
            sa.func.max(newest.c.received_at).label("last_message_at"),
            sa.func.count().label("messages"),
        )
        .group_by(newest.c.assistant, newest.c.user_id)
        .order_by(sa.literal_column("last_message_at").desc())
        .limit(limit)
    )
    with tenant_transaction(organisation_id) as session:
        return [{**row} for row in session.execute(found).mappings()]


def _told(row: Mapping[Any, Any]) -> dict[str, Any]:
    parts = row["parts"]
    return {
        **message_of(row),
        "sources": [{name: one.get(name) for name in ("document_id", "title", "page")} for one in row["sources"] or ()],
        "parts": parts,
        "agent_response": plain_text(parts_from_json(parts)) if parts is not None else "",
        "waiting": row["status"] == "received",
    }
