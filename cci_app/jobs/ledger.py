"""Jobs as rows: asking for one, looking at one, and finding those that nobody works on."""

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.audit import record
from cci_app.core.clock import is_over, lies_ahead
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.jobs.models import LEASE_SECONDS, Job, JobState

MAX_ATTEMPTS = 3
GAVE_UP = f"the work was interrupted {MAX_ATTEMPTS} times and was given up: ask for it again, or look into the logs"

# A bell that rang is given this long before it rings again, so that a worker with much to do is not buried in bells.
RING_AGAIN_SECONDS = 30
_FIRST_BELL_SECONDS = 5


def in_seconds(seconds: float) -> sa.ColumnElement[Any]:
    """The moment in so many seconds, by the database's clock."""
    return sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job that somebody should take."""

    job_id: uuid.UUID
    organisation_id: int
    kind: str


def enqueue(
    session: Session,
    organisation_id: int,
    kind: str,
    payload: dict[str, Any],
    request_id: str | None = None,
    *,
    hold_seconds: float | None = None,
) -> Job:
    """Add a job in the session's transaction; ring its task once that is committed.

    `payload` is JSON without personal data: it outlives the job. With `hold_seconds` nobody takes it before that time,
    or before `release`.
    """
    not_before = None if hold_seconds is None else in_seconds(hold_seconds)
    job = Job(organisation_id=organisation_id, kind=kind, payload=payload, request_id=request_id, not_before=not_before)
    session.add(job)
    session.flush()
    return job


def release(organisation_id: int, job_id: uuid.UUID) -> None:
    """Let a job that is held be taken."""
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.update(Job).where(Job.id == job_id, Job.state == JobState.QUEUED).values(not_before=None))


def find_job(organisation_id: int, job_id: uuid.UUID, kind: str | None = None) -> Job:
    """The organisation's job, of that kind where one is named. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        job = session.get(Job, job_id)
        if job is None or job.organisation_id != organisation_id or kind not in {None, job.kind}:
            raise NotFound("there is no such job")
        return job


def list_jobs(
    organisation_id: int, kind: str, limit: int, before: uuid.UUID | None = None, state: JobState | None = None
) -> list[Job]:
    """The organisation's newest jobs of that kind and state, older than the job `before`, the newest first.

    Raises NotFound where there is no job `before`.
    """
    chosen = [Job.organisation_id == organisation_id, Job.kind == kind]
    if state is not None:
        chosen.append(Job.state == state)
    if before is not None:
        newer = find_job(organisation_id, before)
        # Jobs that one transaction asked for have the same time.
        chosen.append(sa.tuple_(Job.created_at, Job.id) < sa.tuple_(newer.created_at, newer.id))
    with tenant_transaction(organisation_id) as session:
        newest = sa.select(Job).where(*chosen).order_by(Job.created_at.desc(), Job.id.desc())
        return list(session.scalars(newest.limit(limit)))


def open_jobs(limit: int = 100) -> list[OpenJob]:
    """The jobs whose bell must ring: those not taken though asked for, and those whose worker died. For the sweeper.

    Each is named again after 30 s at the earliest. One that was interrupted too often fails here.
    """
    with system_transaction() as session:
        session.execute(_GIVE_UP, {"reason": GAVE_UP, "max_attempts": MAX_ATTEMPTS})
        rows = session.execute(
            _TAKE_BELLS, {"first": _FIRST_BELL_SECONDS, "again": RING_AGAIN_SECONDS, "limit": limit}
        ).all()
    return [OpenJob(row.id, row.organisation_id, row.kind) for row in rows]


_GIVE_UP = sa.text(
    "UPDATE jobs SET state = 'failed', reason = :reason, finished_at = clock_timestamp(), lease_token = NULL,"
    "  lease_until = NULL"
    f" WHERE state = 'running' AND {is_over('lease_until', str(LEASE_SECONDS))} AND attempts >= :max_attempts"
)
# A running job without a living worker is queued again. The lease of a queued one is that of its bell.
_TAKE_BELLS = sa.text(
    "UPDATE jobs SET state = 'queued', lease_token = NULL,"
    "  lease_until = clock_timestamp() + make_interval(secs => :again)"
    " WHERE id IN ("
    "  SELECT id FROM jobs WHERE state IN ('queued', 'running')"
    "   AND (not_before IS NULL OR not_before <= clock_timestamp())"
    "   AND CASE WHEN lease_until IS NULL THEN created_at < clock_timestamp() - make_interval(secs => :first)"
    f"       OR {lies_ahead('created_at')} ELSE {is_over('lease_until', ':again')} END"
    "  ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED"
    " ) RETURNING id, organisation_id, kind"
)


def cancel(organisation_id: int, job_id: uuid.UUID) -> bool:
    """Cancel a job that is not finished; whoever works on it notices within seconds. Returns whether it was."""
    with tenant_transaction(organisation_id) as session:
        cancelled = session.execute(
            sa.update(Job)
            .where(Job.id == job_id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
            .values(state=JobState.CANCELLED, finished_at=sa.func.clock_timestamp(), lease_token=None, lease_until=None)
            .returning(Job.kind)
        )
        return _recorded(session, organisation_id, job_id, "cancelled", cancelled.scalar())


def retry(organisation_id: int, job_id: uuid.UUID) -> bool:
    """Queue a job that failed or was cancelled once more, with its checkpoint. Returns whether it was."""
    nothing = dict.fromkeys(("reason", "not_before", "started_at", "finished_at", "lease_token", "lease_until"))
    with tenant_transaction(organisation_id) as session:
        queued = session.execute(
            sa.update(Job)
            .where(Job.id == job_id, Job.state.in_((JobState.FAILED, JobState.CANCELLED)))
            .values(state=JobState.QUEUED, attempts=0, **nothing)
            .returning(Job.kind)
        )
        return _recorded(session, organisation_id, job_id, "retried", queued.scalar())


def _recorded(session: Session, organisation_id: int, job_id: uuid.UUID, what: str, kind: str | None) -> bool:
    """Write down what was done to a job of that kind; None stands for nothing done."""
    if kind is not None:
        record(session, organisation_id, f"job.{what}", f"job:{job_id}", {"kind": kind})
    return kind is not None
