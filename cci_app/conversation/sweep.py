"""What waits for a worker: receipts whose process died, and those for whose reply nobody waits."""

from collections.abc import Sequence

import sqlalchemy as sa

from cci_app.conversation.inbound import Person
from cci_app.conversation.outbox import due_messages
from cci_app.conversation.pool import HEARTBEAT_SECONDS
from cci_app.conversation.turns import LEASE_SECONDS
from cci_app.core.clock import is_over, lies_ahead
from cci_app.core.database import system_transaction
from cci_app.core.queue import Task, ring, ring_after

# A lease that is kept is never that near its end: whoever held this one is gone, most likely.
_NEARLY_OVER_SECONDS = LEASE_SECONDS - 1.5 * HEARTBEAT_SECONDS
_A_MOMENT_SECONDS = 0.1

# The oldest unfinished receipt of each person whose turn is free, or soon will be, and in how many seconds. A fresh one
# is left to the request that brought it.
_UNFINISHED = sa.text(
    f"SELECT min(e.id) AS id, CASE WHEN {is_over('min(t.lease_until)', ':lease')} THEN 0"
    "  ELSE coalesce(extract(epoch FROM min(t.lease_until) - clock_timestamp()), 0) END AS seconds"
    " FROM webhook_events e JOIN turn_state t USING (organisation_id, assistant, user_id)"
    " WHERE e.status = 'received'"
    f"   AND (t.lease_until IS NULL OR {is_over('t.lease_until - make_interval(secs => :nearly)', ':lease')})"
    f"   AND (e.held OR e.not_before <= clock_timestamp() OR {lies_ahead('e.received_at')}"
    "    OR e.received_at < clock_timestamp() - make_interval(secs => :grace))"
    " GROUP BY e.organisation_id, e.assistant, e.user_id ORDER BY 1 LIMIT 1000"
)


def sweep(grace_seconds: float) -> Sequence[int]:
    """Ring for every receipt that a worker must finish, and for the log; returns those receipts.

    `grace_seconds` is how long a request may still be waiting for its turn: the reply budget.
    """
    with system_transaction() as session:
        found = session.execute(
            _UNFINISHED, {"grace": grace_seconds, "nearly": _NEARLY_OVER_SECONDS, "lease": LEASE_SECONDS}
        ).all()
    for row in found:
        if row.seconds > 0:
            ring_after(float(row.seconds) + _A_MOMENT_SECONDS, Task.RESUME_TURN, str(row.id))
        else:
            ring(Task.RESUME_TURN, str(row.id))
    for message in due_messages():
        ring(Task.SEND, str(message))
    ring(Task.LOG_CONVERSATIONS)
    return [row.id for row in found if row.seconds <= 0]


def person_of(receipt_id: int) -> Person | None:
    """Whose receipt that is; None when there is none."""
    with system_transaction() as session:
        row = session.execute(
            sa.text("SELECT organisation_id, assistant, user_id FROM webhook_events WHERE id = :id"),
            {"id": receipt_id},
        ).one_or_none()
    return Person(row.organisation_id, row.assistant, row.user_id) if row else None
