"""Working on a job: claimed by a lease that beats, so that each is done by one worker and none is forgotten."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
import structlog
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from cci_app.core.clock import is_over
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import CciError, Unavailable
from cci_app.jobs.ledger import GAVE_UP, MAX_ATTEMPTS, in_seconds
from cci_app.jobs.limits import has_room, ring_for_waiting
from cci_app.jobs.models import LEASE_SECONDS, Job, JobState

log = structlog.get_logger(__name__)

BEAT_SECONDS = 2.0
_RETRY_SECONDS = 10
# How long a job waits in all for another side that names times to come back.
PATIENCE = timedelta(days=1)
_UNEXPECTED = "the work stopped on an unexpected error; the logs have it under this job's id"


class ClaimLost(Exception):  # noqa: N818
    """The job is no longer this worker's: it was cancelled, or taken over after the worker was away for too long."""


class Rest(Exception):  # noqa: N818
    """Raised by work that goes on from its checkpoint in some seconds: its place is another job's meanwhile."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"goes on in {seconds:.1f} s")
        self.seconds = seconds


@dataclass(slots=True)
class Claim:
    """A job in this worker's hands. Put what came of it into `result`, as JSON without personal data.

    `checkpoint` is what was kept last, by this worker or one before it. `state` is where the work left the job: None
    while it goes on and where the lease was lost.
    """

    job_id: uuid.UUID
    organisation_id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    token: uuid.UUID
    age: timedelta = timedelta()
    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    state: JobState | None = None
    _rows_done: int = 0
    _rows: int | None = None
    _finished: bool = False
    _lost: threading.Event = field(default_factory=threading.Event)

    def progress(self, rows_done: int, rows: int | None = None) -> None:
        """Say how far the work is; written with the next beat. Raises ClaimLost."""
        if self._lost.is_set():
            raise ClaimLost
        self._rows_done, self._rows = rows_done, rows

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        """Commit this JSON as the checkpoint; it holds no personal data and no secret. Raises ClaimLost."""
        with tenant_transaction(self.organisation_id) as session:
            if not self._write(session, checkpoint=dict(checkpoint)):
                raise ClaimLost
        self.checkpoint = checkpoint

    def finish(self, session: Session, result: dict[str, Any]) -> None:
        """Be done with that result in the session's transaction, whose other work then counts once or not at all.

        Call it last. Raises ClaimLost, so that the transaction is undone.
        """
        if not self._write(session, state=JobState.DONE, result=result, reason=None, **_over()):
            raise ClaimLost
        self._finished = True

    def beat(self) -> None:
        """Hold the lease for some seconds more."""
        with tenant_transaction(self.organisation_id) as session:
            self._write(session, lease_until=in_seconds(LEASE_SECONDS))

    def close(self, state: JobState, **values: Any) -> None:
        """Leave the job in that state, unless it is no longer ours. A job that is queued again waits for its bell."""
        values.update(_over() if state is not JobState.QUEUED else _FREE)
        with tenant_transaction(self.organisation_id) as session:
            written = self._write(session, state=state, **values)
        if written:
            self.state = state
        else:
            log.warning("job_lease_lost", left_as=state.value)

    def _write(self, session: Session, **values: Any) -> bool:
        """Write to the job's row while it is ours; returns whether it still is."""
        written = session.scalar(
            sa.update(Job)
            .where(Job.id == self.job_id, Job.lease_token == self.token, Job.state == JobState.RUNNING)
            .values(rows_done=self._rows_done, rows=self._rows, **values)
            .returning(Job.id)
        )
        if written is None:
            self._lost.set()
        return written is not None


_FREE: dict[str, Any] = {"lease_token": None, "lease_until": None}


def _over() -> dict[str, Any]:
    return {**_FREE, "finished_at": sa.func.clock_timestamp()}


def claim(job_id: uuid.UUID) -> Claim | None:
    """Take a job that is queued, or whose worker died; None where there is nothing to do, as at a second delivery.

    None too where as many of its kind are worked on as may be (see `limits`): it is rung for again when one of them
    ends. A job that was interrupted too often is failed instead.
    """
    with system_transaction() as session:
        found = session.execute(sa.select(Job.organisation_id, Job.kind).where(Job.id == job_id)).one_or_none()
        if found is None:
            return None
        organisation_id = found.organisation_id
        if not has_room(session, job_id, organisation_id, found.kind):
            return None
        return _take(session, job_id, organisation_id)


def _take(session: Session, job_id: uuid.UUID, organisation_id: int) -> Claim | None:
    now = sa.func.clock_timestamp()
    free = sa.and_(
        Job.id == job_id,
        sa.or_(Job.not_before.is_(None), Job.not_before <= now),
        sa.or_(
            Job.state == JobState.QUEUED,
            sa.and_(Job.state == JobState.RUNNING, sa.text(is_over("jobs.lease_until", str(LEASE_SECONDS)))),
        ),
    )
    token = uuid.uuid4()
    row = session.execute(
        sa.update(Job)
        .where(free, Job.attempts < MAX_ATTEMPTS)
        .values(
            state=JobState.RUNNING,
            attempts=Job.attempts + 1,
            # Why it waited is no longer true.
            reason=None,
            lease_token=token,
            lease_until=in_seconds(LEASE_SECONDS),
            started_at=sa.func.coalesce(Job.started_at, now),
        )
        .returning(
            Job.kind,
            Job.payload,
            Job.attempts,
            Job.checkpoint,
            (sa.func.clock_timestamp() - Job.started_at).label("age"),
        )
    ).one_or_none()
    if row is None:
        session.execute(sa.update(Job).where(free).values(state=JobState.FAILED, reason=GAVE_UP, **_over()))
        return None
    return Claim(
        job_id, organisation_id, row.kind, row.payload, row.attempts, token, row.age, checkpoint=row.checkpoint or {}
    )


@contextmanager
def claimed(job_id: uuid.UUID) -> Iterator[Claim | None]:
    """Work on a job: `with claimed(job_id) as claim:`; None where it is not to be worked on.

    The lease beats in a thread meanwhile. The job ends as done, with `claim.result`, or failed for a CciError's reason;
    Unavailable has it tried again later, and is no failed attempt where its `retry_after` says when; Rest has it go on
    later. Of any other error the job says nothing but that the log has it. None of these leaves the block.
    A worker that is told to stop gives the job back.
    """
    taken = claim(job_id)
    if taken is None:
        yield None
        return
    try:
        with _worked_on(taken):
            yield taken
    finally:
        ring_for_waiting(taken.kind)


@contextmanager
def _worked_on(taken: Claim) -> Iterator[None]:
    with structlog.contextvars.bound_contextvars(job_id=str(taken.job_id), job_kind=taken.kind):
        try:
            with _beating(taken):
                yield
        except ClaimLost:
            log.warning("job_lease_lost")
        except Rest as rest:
            taken.close(JobState.QUEUED, reason=None, not_before=in_seconds(rest.seconds), attempts=Job.attempts - 1)
        except Unavailable as error:
            _try_later(taken, error)
        except CciError as error:
            log.info("job_failed", reason=error.message)
            taken.close(JobState.FAILED, reason=error.message)
        except Exception:
            log.exception("job_broke")
            taken.close(JobState.FAILED, reason=_UNEXPECTED)
        except BaseException:
            taken.close(JobState.QUEUED)
            raise
        else:
            if taken._finished:
                taken.state = JobState.DONE
            else:
                taken.close(JobState.DONE, result=taken.result, reason=None)


def _try_later(taken: Claim, error: Unavailable) -> None:
    if error.retry_after is not None and taken.age < PATIENCE:
        log.info("job_asked_to_wait", reason=error.message, seconds=error.retry_after)
        not_before = in_seconds(error.retry_after)
        taken.close(JobState.QUEUED, reason=error.message, not_before=not_before, attempts=Job.attempts - 1)
        return
    if taken.attempts >= MAX_ATTEMPTS:
        taken.close(JobState.FAILED, reason=f"{error.message} (tried {taken.attempts} times)")
        return
    log.info("job_waits", reason=error.message, attempts=taken.attempts)
    pause = _RETRY_SECONDS * taken.attempts
    taken.close(JobState.QUEUED, reason=error.message, not_before=in_seconds(pause))


@contextmanager
def _beating(taken: Claim) -> Iterator[None]:
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT_SECONDS) and not taken._lost.is_set():
            try:
                with app.app_context():
                    taken.beat()
            except (DBAPIError, PoolTimeout) as error:
                # The next beat may succeed; if none does, another worker takes the job and ours may not finish it.
                log.warning("job_beat_missed", job_id=str(taken.job_id), error=type(error).__name__)

    thread = threading.Thread(target=beat, name=f"job-{taken.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
