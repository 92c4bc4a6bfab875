"""What happens by itself: colleagues are told, silence is told of again, and at length the assistant goes on."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from cci_app.conversation.service import get_conversation
from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.handoff.desk import AnsweringDesk, desk_of
from cci_app.handoff.models import Handoff, HandoffState
from cci_app.inbox.holding import give_back, locked, note_step, reach_of, resolve
from cci_app.inbox.notices import announce, announce_waiting, send_notices

log = structlog.get_logger(__name__)

# Who does what nobody asked for.
CLOCK = "clock"
_AT_ONCE = 1_000
# What may be due by each organisation's desk; its hours are looked at then.
_DUE = sa.text(
    "SELECT h.id, h.organisation_id, h.holder IS NOT NULL AS held FROM handoff_requests h"
    " LEFT JOIN handoff_desks d ON d.organisation_id = h.organisation_id WHERE h.state <> 'resolved' AND ("
    " h.escalated_at IS NULL AND coalesce(h.human_at < coalesce(h.person_at, h.created_at), true)"
    "  AND coalesce(h.person_at, h.created_at) <= :now"
    "   - make_interval(mins => coalesce(CAST(d.settings ->> 'escalate_minutes' AS integer), :escalate))"
    " OR h.holder IS NOT NULL AND greatest(h.human_at, h.taken_at) <= :now"
    "   - make_interval(mins => coalesce(CAST(d.settings ->> 'resume_minutes' AS integer), :resume)))"
    " ORDER BY h.id LIMIT :most"
)
_USUAL = AnsweringDesk()


def tend() -> None:
    """Tell of new requests, of people who wait, and let the assistant go on where a human is silent for long."""
    announce()
    now = clock.now()
    usual = {"escalate": _USUAL.escalate_minutes, "resume": _USUAL.resume_minutes}
    with system_transaction() as session:
        rows = session.execute(_DUE, {"now": now, "most": _AT_ONCE, **usual}).all()
    for row in rows:
        try:
            _look_after(row, now)
        except Exception:
            # One that cannot be looked after must not keep the others waiting.
            log.exception("handoff_not_tended", handoff=row.id)
    send_notices()


def _look_after(row: Any, now: datetime) -> None:
    desk, zone = desk_of(row.organisation_id)
    if not row.held and desk.open_since(now.astimezone(zone)) is None:
        # Nobody is there to be told: so it is all night long.
        return
    reach = reach_of(row.organisation_id, row.id)
    with tenant_transaction(row.organisation_id) as session:
        handoff = locked(session, row.id)
        if handoff.state == HandoffState.RESOLVED:
            return
        if _is_left(handoff, desk, now):
            if waits_since(handoff) is None:
                resolve(session, handoff, CLOCK, CLOCK, "resumed", reach)
            else:
                give_back(session, handoff, CLOCK, CLOCK, "left")
        elif _is_overdue(handoff, desk, now.astimezone(zone)):
            handoff.escalated_at = now
            note_step(session, handoff, CLOCK, CLOCK, "escalated")
            announce_waiting(session, row.organisation_id, row.id, desk.notify)
        else:
            return
    get_conversation().outbox.send(reach.person)


def waits_since(handoff: Handoff) -> datetime | None:
    """Since when the person waits for a human's words; None where the last were the human's."""
    last = handoff.person_at or handoff.created_at
    return last if handoff.human_at is None or handoff.human_at < last else None


def _is_left(handoff: Handoff, desk: AnsweringDesk, now: datetime) -> bool:
    """Whether who has it has said nothing for so long that the assistant goes on."""
    last = max(filter(None, (handoff.human_at, handoff.taken_at)), default=None)
    return handoff.holder is not None and last is not None and now - last >= timedelta(minutes=desk.resume_minutes)


def _is_overdue(handoff: Handoff, desk: AnsweringDesk, now: datetime) -> bool:
    """Whether the person waits for so long, of working time, that colleagues are told again."""
    since, open_since = waits_since(handoff), desk.open_since(now)
    if handoff.escalated_at is not None or since is None or open_since is None:
        return False
    return now - max(since, open_since) >= timedelta(minutes=desk.escalate_minutes)
