"""Jobs that are asked for again and again, at an hour of the organisation's time zone."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import Conflict, NotFound, TooManyRequests
from cci_app.core.queue import Task
from cci_app.core.tenants import timezone_of
from cci_app.jobs.asking import ask
from cci_app.jobs.models import Frequency, Schedule

log = structlog.get_logger(__name__)

MOST = 50

# What the job of a run on that day is asked.
PayloadOfRun = Callable[[Schedule, date], dict[str, Any]]


def add_schedule(organisation_id: int, kind: Task, values: Mapping[str, Any]) -> Schedule:
    """Add a schedule of that kind. Raises Conflict where there are too many."""
    schedule = Schedule(organisation_id=organisation_id, kind=kind, **values)
    with tenant_transaction(organisation_id) as session:
        known = session.scalar(sa.select(sa.func.count()).select_from(Schedule)) or 0
        if known >= MOST:
            raise Conflict(f"there are {known} schedules: remove one first")
        schedule.next_run_at = _next_run(schedule, clock.now(), timezone_of(session, organisation_id))
        session.add(schedule)
        session.flush()
        record(session, organisation_id, "schedule.added", f"schedule:{schedule.id}", _told(schedule))
    return schedule


def schedule_for_all(kind: Task, name: str, hour: int) -> None:
    """See that every organisation has a schedule of that kind: a daily one at that hour, and once as soon as may be."""
    with system_transaction() as session:
        session.execute(_FOR_ALL, {"kind": kind.value, "name": name, "hour": hour})


_FOR_ALL = sa.text(
    "WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('schedules for all', 0)))"
    " INSERT INTO schedules (id, organisation_id, kind, name, frequency, hour, weekday, month_day, next_run_at)"
    " SELECT gen_random_uuid(), o.id, :kind, :name, 'daily', :hour, 1, 1, now() FROM organisations o, alone"
    " WHERE NOT EXISTS (SELECT FROM schedules s WHERE s.organisation_id = o.id AND s.kind = :kind)"
)


def list_schedules(organisation_id: int, kind: Task | None = None) -> list[Schedule]:
    """The organisation's schedules, of one kind or of all, the oldest first."""
    chosen = [Schedule.organisation_id == organisation_id]
    if kind is not None:
        chosen.append(Schedule.kind == kind)
    with tenant_transaction(organisation_id) as session:
        schedules = sa.select(Schedule).where(*chosen).order_by(Schedule.created_at, Schedule.id)
        return list(session.scalars(schedules))


def change_schedule(organisation_id: int, kind: Task, schedule_id: uuid.UUID, values: Mapping[str, Any]) -> Schedule:
    """Put these values in place of the schedule's. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        schedule = _find(session, organisation_id, kind, schedule_id)
        for name, value in values.items():
            setattr(schedule, name, value)
        schedule.next_run_at = _next_run(schedule, clock.now(), timezone_of(session, organisation_id))
        record(session, organisation_id, "schedule.changed", f"schedule:{schedule_id}", _told(schedule))
    return schedule


def remove_schedule(organisation_id: int, kind: Task | None, schedule_id: uuid.UUID) -> None:
    """Remove a schedule; the jobs that it asked for stay. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        schedule = _find(session, organisation_id, kind, schedule_id)
        session.delete(schedule)
        record(session, organisation_id, "schedule.removed", f"schedule:{schedule_id}", _told(schedule))


def keep_hours(session: Session, organisation_id: int, before: str, after: str) -> None:
    """Let schedules run at their hour of another time zone: on the same day, so that no day is left out."""
    moved = sa.func.timezone(after, sa.func.timezone(before, Schedule.next_run_at))
    schedules = sa.update(Schedule).where(Schedule.organisation_id == organisation_id)
    session.execute(schedules.values(next_run_at=moved))


def ask_due(payloads: Mapping[Task, PayloadOfRun], limit: int = 100) -> int:
    """Ask for the jobs that are due, each once, and return how many; `payloads` says what a kind's jobs are asked.

    For beat. A schedule that missed runs, because nothing was running, makes up for one at each call: every day gets
    its job. One whose organisation has too many open jobs, or whose kind is not known here, stays due.
    """
    passed_over: list[uuid.UUID] = []
    asked = 0
    while asked + len(passed_over) < limit:
        # A transaction each: what is asked for holds locks until its end.
        with system_transaction() as session:
            schedule = _next_due(session, before=clock.now(), without=passed_over)
            if schedule is None:
                break
            # Once at each call, however many of its runs were missed.
            passed_over.append(schedule.id)
            payload_of = payloads.get(Task(schedule.kind)) if schedule.kind in set(Task) else None
            asked += payload_of is not None and _asked(session, schedule, payload_of)
    return asked


def _next_due(session: Session, before: datetime, without: list[uuid.UUID]) -> Schedule | None:
    due = sa.select(Schedule).where(Schedule.active, Schedule.next_run_at <= before, Schedule.id.not_in(without))
    first = due.order_by(Schedule.next_run_at).limit(1).with_for_update(skip_locked=True)
    return session.scalars(first).one_or_none()


def _asked(session: Session, schedule: Schedule, payload_of: PayloadOfRun) -> bool:
    timezone = timezone_of(session, schedule.organisation_id)
    payload = payload_of(schedule, schedule.next_run_at.astimezone(timezone).date())
    try:
        job = ask(
            schedule.organisation_id,
            Task(schedule.kind),
            {**payload, "schedule_id": str(schedule.id)},
            within=session,
        )
    except TooManyRequests:
        log.warning("job_not_scheduled", schedule_id=str(schedule.id), job_kind=schedule.kind)
        return False
    schedule.last_job_id = job.id
    schedule.next_run_at = _next_run(schedule, schedule.next_run_at, timezone)
    log.info("job_scheduled", job_id=str(job.id), job_kind=schedule.kind, frequency=schedule.frequency)
    return True


def _next_run(schedule: Schedule, after: datetime, timezone: ZoneInfo) -> datetime:
    """The first moment after `after` at which the schedule runs, in UTC as the database gives it back."""
    day = after.astimezone(timezone).date()
    while True:
        moment = datetime.combine(day, time(schedule.hour), timezone)
        if moment > after and _runs_on(schedule, day):
            return moment.astimezone(UTC)
        day += timedelta(days=1)


def _runs_on(schedule: Schedule, day: date) -> bool:
    match Frequency(schedule.frequency):
        case Frequency.DAILY:
            return True
        case Frequency.WEEKLY:
            return day.isoweekday() == schedule.weekday
        case Frequency.MONTHLY:
            return day.day == schedule.month_day


def _find(session: Session, organisation_id: int, kind: Task | None, schedule_id: uuid.UUID) -> Schedule:
    schedule = session.get(Schedule, schedule_id)
    if schedule is None or schedule.organisation_id != organisation_id or kind not in {None, schedule.kind}:
        raise NotFound("there is no such schedule")
    return schedule


def _told(schedule: Schedule) -> dict[str, Any]:
    return {"name": schedule.name, "kind": schedule.kind}
