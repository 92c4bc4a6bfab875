"""The end of a turn in the database: all that it made, at once, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cci_app.channels.message import Address, Part, address_to_json, part_to_json
from cci_app.channels.ports import Rendered
from cci_app.conversation.inbound import EventKind
from cci_app.conversation.outcome import Outcome
from cci_app.conversation.turns import OF_PERSON, LeaseLost, Turn, release
from cci_app.core.database import jsonb, one_trip, tenant_statement

_AFTER_REPLY_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Completion:
    """What a turn made of its message: all of it is written together, or nothing.

    `failed` tells that the person got an apology because no answer could be made, `address` where they could be reached
    later, `pushable` that they can be.
    """

    state: Mapping[str, Any]
    outcome: Outcome
    reply: Rendered
    failed: bool
    address: Address | None
    pushable: bool


# The lease is looked at first, under a lock: without it nothing is written.
_COMPLETING = (
    "WITH lease AS ("
    f" SELECT FROM turn_state WHERE {OF_PERSON} AND lease_token = :token FOR UPDATE"
    "), reply AS ("
    " UPDATE webhook_events SET status = :status, outcome = :outcome, reply = COALESCE(reply, :reply),"
    "  reply_type = COALESCE(reply_type, :reply_type), reply_to = :reply_to, completed_at = clock_timestamp(),"
    "  late = held OR :unheard"
    " FROM lease WHERE id = :receipt_id AND status = 'received'{in_time} RETURNING late"
    "), turn AS ("
    " UPDATE turn_state SET state = :state, sequence = sequence + 1, pending = pending - 1,"
    "  has_late = reply.late OR :has_rest OR (has_late AND :keeps_late), lease_token = NULL, lease_until = NULL"
    f" FROM reply WHERE {OF_PERSON} AND lease_token = :token RETURNING 1)"
)
# Nothing but the reply itself, in time: then nothing is to be sent, and no outbox is looked at.
_COMPLETE = one_trip(
    _COMPLETING.format(in_time=" AND NOT held AND NOT :unheard") + " SELECT reply.late FROM reply, turn",
    *jsonb("outcome", "state", "reply_to"),
)
# What was told in this reply is told; a late answer, or what found no room, is to be sent.
_COMPLETE_SENDING = one_trip(
    _COMPLETING.format(in_time="") + ", opened AS ("
    " UPDATE outbound_messages SET state = 'sent' FROM reply"
    " WHERE id = ANY(:opened) AND state = 'sending' AND via = 'reply'"
    "), outbound AS ("
    " INSERT INTO outbound_messages (organisation_id, assistant, user_id, receipt_id, reason, position,"
    "  idempotency_key, address, part, via, not_before)"
    " SELECT :organisation_id, :assistant, :user_id, :receipt_id, m.reason, m.position,"
    "  concat('receipt ', CAST(:receipt_id AS bigint), ' ', m.position), :reply_to, m.part,"
    "  CASE WHEN :pushable THEN 'push' ELSE 'reply' END, clock_timestamp() + make_interval(secs => m.pause)"
    " FROM reply, jsonb_to_recordset(:outbound) AS m (reason text, position integer, part jsonb, pause float8)"
    " WHERE m.reason <> 'late' AND NOT reply.late OR m.reason = 'late' AND reply.late ORDER BY m.position"
    ") SELECT reply.late FROM reply, turn",
    *jsonb("outcome", "state", "reply_to", "outbound"),
)


def complete(turn: Turn, done: Completion, *, unheard: bool) -> bool:
    """Commit a turn: the reply on the receipt and the new state, only while the lease is still ours.

    `unheard` tells that nobody waits for the reply any more. Returns whether the answer came late, so that it waits to
    be pushed or to open the next reply. Raises LeaseLost when somebody else took over.
    """
    values = {
        **turn.person.columns,
        "receipt_id": turn.receipt_id,
        "token": turn.token,
        "status": "failed" if done.failed else "completed",
        "outcome": done.outcome.to_json(),
        "reply": done.reply.body,
        "reply_type": done.reply.content_type,
        "unheard": unheard,
        "state": dict(done.state),
        "reply_to": address_to_json(done.address),
        "has_rest": bool(done.reply.rest),
        "keeps_late": turn.kind is not EventKind.MESSAGE,
    }
    written: Sequence[sa.Row[Any]] = ()
    if not (turn.late or done.reply.rest or unheard):
        written = tenant_statement(turn.person.organisation_id, _COMPLETE, values)
    if not written:
        sending = {
            "pushable": done.pushable,
            "opened": [late.message_id for late in turn.late],
            "outbound": [*_outbound(done.outcome.reply, "late"), *_outbound(done.reply.rest, "rest")],
        }
        written = tenant_statement(turn.person.organisation_id, _COMPLETE_SENDING, {**values, **sending})
    if not written:
        # Taken over, or taken in the very moment in which somebody else completed it: then the lease is still ours.
        release(turn)
        raise LeaseLost
    return bool(written[0].late)


def _outbound(parts: Iterable[Part], reason: str) -> list[dict[str, Any]]:
    """The rows of parts that leave one by one; what follows a reply leaves when that has surely arrived."""
    pause = _AFTER_REPLY_SECONDS if reason == "rest" else 0.0
    return [
        {"reason": reason, "position": number, "part": part_to_json(part), "pause": pause}
        for number, part in enumerate(parts, start=1)
    ]
