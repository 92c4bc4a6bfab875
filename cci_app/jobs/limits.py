"""How many jobs of a kind are worked on at once, so that one organisation's many do not delay another's one."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from cci_app.core.clock import is_over
from cci_app.core.database import system_transaction
from cci_app.core.queue import Task, ring
from cci_app.jobs.models import LEASE_SECONDS

log = structlog.get_logger(__name__)

# A job that found no room is rung for by the sweeper after this long at the latest.
_AGAIN_SECONDS = 5
_MOST_BELLS = 20


@dataclass(frozen=True, slots=True)
class Limit:
    """How many jobs of a kind run at once, in the installation and of one organisation; None is no limit.

    `open` is how many an organisation may have that are not over, those that wait included.
    """

    installation: int | None = None
    organisation: int | None = None
    open: int | None = None


def limit_of(kind: str) -> Limit:
    """The limit of a kind. Of what takes long, an organisation has half of the workers at most."""
    half = max(1, current_app.config["SETTINGS"].job_concurrency // 2)
    limits = {
        Task.INGEST_DOCUMENT: Limit(organisation=half, open=5_000),
        # A site is read slowly, whoever waits for it: half of the workers are left to all other work.
        Task.CRAWL_SITE: Limit(installation=half, organisation=1, open=20),
        # Two that read the same folder at once would add its files twice.
        Task.READ_DRIVE: Limit(organisation=1, open=20),
        # It thinks for hundreds of people at once.
        Task.EVALUATE: Limit(installation=1, organisation=1, open=5),
        Task.EXPORT: Limit(organisation=half, open=50),
        Task.REPORT: Limit(organisation=half, open=50),
        Task.FORGET_OLD: Limit(installation=1, open=1),
        Task.RELOAD_CONTACTS: Limit(organisation=1, open=10),
    }
    return limits.get(Task(kind), Limit()) if kind in {task.value for task in Task} else Limit()


def has_room(session: Session, job_id: uuid.UUID, organisation_id: int, kind: str) -> bool:
    """Whether one more job of that kind may run; where not, its bell is set to ring again soon.

    Jobs of a kind are counted one after the other until the session's transaction ends: two cannot take one place.
    """
    limit = limit_of(kind)
    if limit.installation is None and limit.organisation is None:
        return True
    session.execute(_ONE_AFTER_THE_OTHER, {"kind": kind})
    running = session.execute(_RUNNING, {"kind": kind, "organisation_id": organisation_id, "job_id": job_id}).one()
    room = (limit.installation is None or running.all < limit.installation) and (
        limit.organisation is None or running.own < limit.organisation
    )
    if not room:
        session.execute(_LATER, {"job_id": job_id, "again": _AGAIN_SECONDS})
    return room


_ONE_AFTER_THE_OTHER = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('jobs of a kind: ' || :kind, 0))")
_RUNNING = sa.text(
    "SELECT count(*) AS all, count(*) FILTER (WHERE organisation_id = :organisation_id) AS own FROM jobs"
    f" WHERE kind = :kind AND state = 'running' AND NOT {is_over('lease_until', str(LEASE_SECONDS))} AND id <> :job_id"
)
_LATER = sa.text(
    "UPDATE jobs SET lease_until = clock_timestamp() + make_interval(secs => :again)"
    " WHERE id = :job_id AND state = 'queued'"
)
# The oldest of each organisation: whether there is room for it, the claim finds out.
_WAITING = sa.text(
    "SELECT DISTINCT ON (organisation_id) id FROM jobs WHERE kind = :kind AND state = 'queued'"
    " AND (not_before IS NULL OR not_before <= clock_timestamp()) ORDER BY organisation_id, created_at LIMIT :limit"
)


def ring_for_waiting(kind: str) -> None:
    """Ring for jobs that may have found no room, now that one of their kind has ended."""
    if kind not in {task.value for task in Task} or limit_of(kind) == Limit():
        return
    try:
        with system_transaction() as session:
            waiting = session.scalars(_WAITING, {"kind": kind, "limit": _MOST_BELLS}).all()
    except (DBAPIError, PoolTimeout) as error:
        # The sweeper rings for them.
        log.warning("waiting_jobs_not_rung_for", error=type(error).__name__)
        return
    for job_id in waiting:
        ring(Task(kind), str(job_id))
