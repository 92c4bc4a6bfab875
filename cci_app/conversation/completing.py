"""The end of a turn in the database: all that it made, at once, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cci_app.channels.message import Address, Part, address_to_json, part_to_json
from cci_app.channels.ports import Rendered
from cci_app.conversation.inbound import EventKind
from cci_app.conversation.models import OutboundReason, TurnMode
from cci_app.conversation.outcome import Outcome
from cci_app.conversation.turns import OF_PERSON, LeaseLost, Turn
from cci_app.core.database import jsonb, one_trip, tenant_statement
from cci_app.usage.allowance import counted

_AFTER_REPLY_SECONDS = 3.0


class ModeChanged(Exception):  # noqa: N818
    """A human took over, or everything was paused, while the turn was thinking: its reply must not be given."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a turn made of its messages: all of it is written together, or nothing.

    `reply` is for the one who waits, `empty` for those whose message was answered with a later one. `sent` leaves part
    by part where nobody waits, `late` where whoever waited does no more. `failed` tells that the person got an apology
    because no answer could be made, `address` where they could be reached later, `pushable` that they can be. After
    `rating_after` seconds without a word the person is asked how they found it, None for never.
    `messages` is 1 where an assistant answered, `tokens` what models read and wrote for it.
    """

    state: Mapping[str, Any]
    outcome: Outcome
    reply: Rendered
    failed: bool
    address: Address | None
    pushable: bool
    sent: tuple[Part, ...] = ()
    late: tuple[Part, ...] = ()
    empty: Rendered | None = None
    rating_after: float | None = None
    messages: int = 0
    tokens: int = 0


# The lease is looked at first, under a lock: without it nothing is written; nor where a human answers by now.
_COMPLETING = (
    "WITH lease AS ("
    f" SELECT FROM turn_state WHERE {OF_PERSON} AND lease_token = :token AND (mode = 'bot' OR :silent) FOR UPDATE"
    "), reply AS ("
    " UPDATE webhook_events SET status = :status, outcome = :outcome, reply = COALESCE(reply, :reply),"
    "  reply_type = COALESCE(reply_type, :reply_type), reply_to = :reply_to, completed_at = clock_timestamp(),"
    "  late = (held OR :unheard) AND NOT :silent"
    " FROM lease WHERE id = :receipt_id AND status = 'received'{in_time} RETURNING late, held"
    "), turn AS ("
    " UPDATE turn_state SET state = :state, sequence = sequence + 1, pending = pending - :answered, attempts = 0,"
    "  takeovers = 0, has_late = reply.late OR :has_rest OR (has_late AND :keeps_late),"
    "  rating_of = NULLIF(rating_of, CAST(:rating_of AS bigint)),"
    "  rating_due = clock_timestamp() + make_interval(secs => :rating_after), lease_token = NULL, lease_until = NULL"
    f" FROM reply WHERE {OF_PERSON} AND lease_token = :token RETURNING 1"
    # What was used is counted with it: where that is not allowed any more, nothing of all this is written.
    "), used AS ("
    " INSERT INTO turn_usage (event_id, organisation_id, assistant, messages, tokens)"
    " SELECT :receipt_id, :organisation_id, :assistant, CAST(:messages AS smallint), CAST(:tokens AS bigint)"
    " FROM reply WHERE CAST(:messages AS smallint) + CAST(:tokens AS bigint) > 0)"
)
# Nothing but the reply itself, in time, to one message: then nothing is to be sent, and no outbox is looked at.
_COMPLETE = one_trip(
    _COMPLETING.format(in_time=" AND NOT held AND NOT :unheard") + " SELECT reply.late FROM reply, turn",
    *jsonb("outcome", "state", "reply_to"),
    often=True,
)
# What was told in this reply is told, but a human's words behind a holding reply; a late answer, what found no room,
# and what nobody waits for, is to be sent.
_COMPLETE_MORE = one_trip(
    _COMPLETING.format(in_time="") + ", earlier AS ("
    " UPDATE webhook_events SET status = :status, outcome = :outcome_of_earlier, reply = COALESCE(reply, :empty),"
    "  reply_type = COALESCE(reply_type, :empty_type), completed_at = clock_timestamp()"
    " FROM reply WHERE id = ANY(CAST(:earlier AS bigint[])) AND status = 'received'"
    "), opened AS ("
    " UPDATE outbound_messages SET state = 'sent' FROM reply"
    " WHERE id = ANY(CAST(:opened AS bigint[])) AND outbound_messages.state = 'sending' AND via = 'reply'"
    " AND NOT (:silent AND reply.held)"
    "), outbound AS ("
    " INSERT INTO outbound_messages (organisation_id, assistant, user_id, receipt_id, reason, position,"
    "  idempotency_key, address, part, via, not_before)"
    " SELECT :organisation_id, :assistant, :user_id, :receipt_id, m.reason, m.position,"
    "  concat('receipt ', CAST(:receipt_id AS bigint), ' ', m.position), :reply_to, m.part,"
    "  CASE WHEN :pushable OR m.reason = 'reply' THEN 'push' ELSE 'reply' END,"
    "  clock_timestamp() + make_interval(secs => m.pause)"
    " FROM reply, jsonb_to_recordset(:outbound) AS m (reason text, position integer, part jsonb, pause float8)"
    " WHERE m.reason <> 'late' AND NOT reply.late OR m.reason = 'late' AND reply.late ORDER BY m.position"
    ") SELECT reply.late FROM reply, turn",
    *jsonb("outcome", "outcome_of_earlier", "state", "reply_to", "outbound"),
)
_MODE = one_trip(f"SELECT mode FROM turn_state WHERE {OF_PERSON} AND lease_token = :token")


def complete(turn: Turn, done: Completion, *, unheard: bool, silent: bool = False) -> bool:
    """Commit a turn: the reply on the receipt and the new state, only while the lease is still ours.

    `unheard` tells that nobody waits for the reply any more, `silent` that it says nothing. Returns whether the answer
    came late, so that it waits to be pushed or to open the next reply. Raises LeaseLost when somebody else took over,
    ModeChanged when the assistant may not speak any more, TurnRefused when it answered as often as it may.
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
        "silent": silent,
        "state": dict(done.state),
        "reply_to": address_to_json(done.address),
        "answered": 1 + len(turn.earlier),
        "has_rest": bool(done.reply.rest),
        "rating_of": turn.asked_rating,
        "rating_after": None if silent else done.rating_after,
        "keeps_late": silent or turn.kind is not EventKind.MESSAGE,
        "messages": done.messages,
        "tokens": done.tokens,
    }
    organisation_id = turn.person.organisation_id
    written: Sequence[sa.Row[Any]] = ()
    with counted():
        if not (turn.late or turn.earlier or done.reply.rest or done.sent or unheard):
            written = tenant_statement(organisation_id, _COMPLETE, values)
        if not written:
            written = tenant_statement(organisation_id, _COMPLETE_MORE, {**values, **_more(turn, done, silent)})
    if not written:
        for row in tenant_statement(organisation_id, _MODE, values):
            if row.mode != TurnMode.BOT:
                raise ModeChanged
        raise LeaseLost
    return bool(written[0].late)


def _more(turn: Turn, done: Completion, silent: bool) -> dict[str, Any]:
    outbound: list[dict[str, Any]] = []
    if not silent:
        for parts, reason in (
            (done.late, OutboundReason.LATE),
            (done.reply.rest, OutboundReason.REST),
            (done.sent, OutboundReason.REPLY),
        ):
            outbound += _outbound(parts, reason)
    return {
        "pushable": done.pushable,
        "opened": [late.message_id for late in turn.late if late.by_human or not silent],
        "outbound": outbound,
        "earlier": list(turn.earlier),
        "outcome_of_earlier": done.outcome.of_earlier().to_json() if turn.earlier else None,
        "empty": done.empty.body if done.empty else None,
        "empty_type": done.empty.content_type if done.empty else None,
    }


def _outbound(parts: Iterable[Part], reason: OutboundReason) -> list[dict[str, Any]]:
    """The rows of parts that leave one by one; what follows a reply leaves when that has surely arrived."""
    pause = _AFTER_REPLY_SECONDS if reason is OutboundReason.REST else 0.0
    return [
        {"reason": reason, "position": number, "part": part_to_json(part), "pause": pause}
        for number, part in enumerate(parts, start=1)
    ]
