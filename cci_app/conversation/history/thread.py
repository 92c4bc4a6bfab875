"""What a person and we said to each other, as it stands now: from the receipts and the outbox."""

from typing import Any

import sqlalchemy as sa

from cci_app.channels.message import Text, part_to_json
from cci_app.conversation.inbound import Person
from cci_app.conversation.models import OutboundMessage, OutboundReason, OutboundState, WebhookEvent
from cci_app.core.database import tenant_transaction

MOST_SHOWN = 60
_receipt, _sent = WebhookEvent, OutboundMessage
# Answers that came late, or one by one, stand on their receipts as well.
_ON_ITS_OWN = (OutboundReason.HUMAN, OutboundReason.NOTICE)
_LEFT = (OutboundState.SENT, OutboundState.DELIVERED, OutboundState.READ)

_SAID = (
    sa.select(
        *(_receipt.id, _receipt.text, _receipt.parts, _receipt.received_at, _receipt.completed_at, _receipt.status),
        _receipt.outcome["parts"].label("answer"),
    )
    .where(_receipt.kind == "message")
    .order_by(_receipt.id.desc())
    .limit(MOST_SHOWN)
)
_TOLD = (
    sa.select(_sent.id, _sent.reason, _sent.part, _sent.created_at)
    .where(_sent.reason.in_(_ON_ITS_OWN), _sent.state.in_(_LEFT))
    .order_by(_sent.id.desc())
    .limit(MOST_SHOWN)
)


def thread_of(person: Person) -> tuple[list[dict[str, Any]], bool]:
    """The newest of what was said, the oldest of it first, and whether an answer is still to come.

    Each has `id`, `by` (`visitor`, `assistant` or `human`), `at` and `parts`.
    """
    with tenant_transaction(person.organisation_id) as session:
        said = session.execute(_SAID.where(*person.owns(_receipt))).all()
        told = session.execute(_TOLD.where(*person.owns(_sent))).all()
    entries: list[dict[str, Any]] = []
    for row in said:
        own = row.parts if row.parts is not None else [part_to_json(Text(row.text))]
        entries.append({"id": f"m{row.id}", "by": "visitor", "at": row.received_at, "parts": own})
        if row.answer:
            entries.append({"id": f"a{row.id}", "by": "assistant", "at": row.completed_at, "parts": row.answer})
    for row in told:
        by = "human" if row.reason == OutboundReason.HUMAN else "assistant"
        entries.append({"id": f"o{row.id}", "by": by, "at": row.created_at, "parts": [row.part]})
    # An answer stands behind its message, however quickly it came.
    entries.sort(key=lambda each: (each["at"], each["by"] != "visitor"))
    return entries[-MOST_SHOWN:], any(row.status == "received" for row in said)
