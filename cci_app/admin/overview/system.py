"""What the installation is at: its parts, its queues, what waits, and its jobs."""

import uuid
from collections.abc import Sequence
from typing import Any

import redis
import sqlalchemy as sa
from flask import current_app

from cci_app.admin.health import check_dependencies
from cci_app.core.database import tenant_connection, tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.core.http.api import API_VERSION
from cci_app.core.queue import Queue
from cci_app.core.redis import ask_redis
from cci_app.jobs.models import Job, JobState

_WAITING = sa.text(
    "SELECT (SELECT count(*) FROM webhook_events WHERE status = 'received') AS receipts_waiting,"
    " (SELECT count(*) FROM webhook_events"
    "   WHERE logged_at IS NULL AND log_error IS NULL AND status <> 'received') AS receipts_unlogged,"
    " (SELECT extract(epoch FROM clock_timestamp() - min(received_at)) FROM webhook_events"
    "   WHERE status = 'received')::float8 AS oldest_receipt_seconds,"
    " (SELECT jsonb_object_agg(state, messages) FROM"
    "   (SELECT state, count(*) AS messages FROM outbound_messages"
    "     WHERE state IN ('queued', 'sending', 'failed', 'uncertain') GROUP BY state) AS states) AS outbox,"
    " (SELECT jsonb_object_agg(state, jobs) FROM"
    "   (SELECT state, count(*) AS jobs FROM jobs WHERE state IN ('queued', 'running') GROUP BY state) AS states)"
    "   AS jobs"
)


def system(organisation_id: int) -> dict[str, Any]:
    """The parts and whether they answer, the queues' lengths, and what of the organisation's waits."""
    health = check_dependencies()
    with tenant_connection(organisation_id) as connection:
        waiting = dict(connection.execute(_WAITING).mappings().one())
    outbox, jobs = waiting.pop("outbox") or {}, waiting.pop("jobs") or {}
    return {
        "version": API_VERSION,
        "environment": current_app.config["SETTINGS"].environment,
        **health,
        "queues": _queues(),
        **waiting,
        "outbox": {state: outbox.get(state, 0) for state in ("queued", "sending", "failed", "uncertain")},
        "jobs": {state: jobs.get(state, 0) for state in ("queued", "running")},
    }


def _queues() -> dict[str, int | None]:
    """How many bells wait in each queue, None while Redis does not answer; a bell that is lost loses nothing."""
    try:
        lengths = ask_redis(lambda client: [int(client.llen(queue.value)) for queue in Queue])
    except redis.RedisError:
        return {queue.name.lower(): None for queue in Queue}
    return {queue.name.lower(): length for queue, length in zip(Queue, lengths, strict=True)}


def all_jobs(
    organisation_id: int,
    *,
    kind: str | None = None,
    state: JobState | None = None,
    before: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[Job]:
    """The organisation's jobs of every kind, the newest first, older than the job `before`. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        newest = sa.select(Job).where(Job.organisation_id == organisation_id)
        if kind is not None:
            newest = newest.where(Job.kind == kind)
        if state is not None:
            newest = newest.where(Job.state == state)
        if before is not None:
            last = session.get(Job, before)
            if last is None:
                raise NotFound("there is no such job")
            newest = newest.where(sa.tuple_(Job.created_at, Job.id) < sa.tuple_(last.created_at, last.id))
        return session.scalars(newest.order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)).all()
