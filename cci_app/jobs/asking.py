"""Asking for a job: once where one is enough, no more of them than may wait, and a bell when it can be found."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.database import tenant_transaction
from cci_app.core.errors import TooManyRequests
from cci_app.core.queue import Task, ring
from cci_app.jobs import ledger
from cci_app.jobs.limits import limit_of
from cci_app.jobs.models import Job, JobState

_RETRY_AFTER_SECONDS = 60


def ask(
    organisation_id: int,
    kind: Task,
    payload: dict[str, Any],
    request_id: str | None = None,
    *,
    within: Session | None = None,
    once: bool = False,
    hold_seconds: float | None = None,
) -> Job:
    """Ask for a job of that kind, which is the name of the task that does it. Raises TooManyRequests.

    With `once` an open job that was asked the same is the answer. With `within` it is asked for in that session's
    transaction, and rung for once that is committed. With `hold_seconds` nobody takes it before that time or `release`.
    """
    if within is None:
        with tenant_transaction(organisation_id) as session:
            return ask(organisation_id, kind, payload, request_id, within=session, once=once, hold_seconds=hold_seconds)
    most = limit_of(kind).open
    if once or most is not None:
        # Who asks at the same moment counts, or finds, what is asked here.
        within.execute(_ONE_AFTER_THE_OTHER, {"kind": kind.value, "organisation_id": organisation_id})
    if once and (same := _same(within, organisation_id, kind, payload)) is not None:
        return same
    if most is not None and _open(within, organisation_id, kind) >= most:
        raise TooManyRequests(
            f"{most} of these jobs are open already: wait until some of them are done, or cancel them",
            details={"limit": most},
            retry_after=_RETRY_AFTER_SECONDS,
        )
    job = ledger.enqueue(within, organisation_id, kind, payload, request_id, hold_seconds=hold_seconds)
    if hold_seconds is None:
        job_id = str(job.id)
        sa.event.listen(within, "after_commit", lambda _: ring(kind, job_id), once=True)
    return job


def release(organisation_id: int, kind: Task, job_id: uuid.UUID) -> None:
    """Let a job that is held be taken."""
    ledger.release(organisation_id, job_id)
    ring(kind, str(job_id))


def ask_again(organisation_id: int, kind: Task, job_id: uuid.UUID) -> bool:
    """Have a job that failed or was cancelled tried once more, with its checkpoint; returns whether it was one."""
    asked = ledger.retry(organisation_id, job_id)
    if asked:
        ring(kind, str(job_id))
    return asked


_ONE_AFTER_THE_OTHER = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended('asking for ' || :kind || ' of ' || :organisation_id, 0))"
)
_IS_OPEN = Job.state.in_((JobState.QUEUED, JobState.RUNNING))


def _same(session: Session, organisation_id: int, kind: Task, payload: dict[str, Any]) -> Job | None:
    alike = sa.select(Job).where(
        Job.organisation_id == organisation_id, Job.kind == kind, _IS_OPEN, Job.payload == payload
    )
    return session.scalars(alike.order_by(Job.created_at).limit(1)).first()


def _open(session: Session, organisation_id: int, kind: Task) -> int:
    these = (Job.organisation_id == organisation_id, Job.kind == kind, _IS_OPEN)
    return session.scalar(sa.select(sa.func.count()).select_from(Job).where(*these)) or 0
