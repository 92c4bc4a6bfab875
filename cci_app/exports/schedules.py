"""Exports that are made again and again, at an hour of the organisation's time zone."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.accounts.models import Organisation
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import Conflict, NotFound, TooManyRequests
from cci_app.core.queue import Task
from cci_app.exports.job import Order, check_order
from cci_app.exports.models import ExportSchedule, Frequency
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.jobs.asking import ask

log = structlog.get_logger(__name__)

MOST = 50


def add_schedule(organisation_id: int, values: Mapping[str, Any]) -> ExportSchedule:
    """Add a schedule. Raises InvalidInput or Conflict for an export that cannot be made, Conflict for too many."""
    schedule = ExportSchedule(organisation_id=organisation_id, **values)
    check_order(organisation_id, _order(schedule, clock.now().date()))
    with tenant_transaction(organisation_id) as session:
        known = session.scalar(sa.select(sa.func.count()).select_from(ExportSchedule)) or 0
        if known >= MOST:
            raise Conflict(f"there are {known} schedules: remove one first")
        schedule.next_run_at = _next_run(schedule, clock.now(), _timezone(session, organisation_id))
        session.add(schedule)
        session.flush()
        record(session, organisation_id, "schedule.added", f"schedule:{schedule.id}", {"name": schedule.name})
    return schedule


def list_schedules(organisation_id: int) -> list[ExportSchedule]:
    """The organisation's schedules, the oldest first."""
    with tenant_transaction(organisation_id) as session:
        schedules = sa.select(ExportSchedule).where(ExportSchedule.organisation_id == organisation_id)
        return list(session.scalars(schedules.order_by(ExportSchedule.created_at, ExportSchedule.id)))


def change_schedule(organisation_id: int, schedule_id: uuid.UUID, values: Mapping[str, Any]) -> ExportSchedule:
    """Put these values in place of the schedule's. Raises NotFound, InvalidInput, Conflict."""
    check_order(organisation_id, _order(ExportSchedule(**values), clock.now().date()))
    with tenant_transaction(organisation_id) as session:
        schedule = _find(session, organisation_id, schedule_id)
        for name, value in values.items():
            setattr(schedule, name, value)
        schedule.next_run_at = _next_run(schedule, clock.now(), _timezone(session, organisation_id))
        record(session, organisation_id, "schedule.changed", f"schedule:{schedule_id}", {"name": schedule.name})
    return schedule


def remove_schedule(organisation_id: int, schedule_id: uuid.UUID) -> None:
    """Remove a schedule; the exports that it made stay. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        schedule = _find(session, organisation_id, schedule_id)
        session.delete(schedule)
        record(session, organisation_id, "schedule.removed", f"schedule:{schedule_id}", {"name": schedule.name})


def keep_hours(session: Session, organisation_id: int, before: str, after: str) -> None:
    """Let schedules run at their hour of another time zone: on the same day, so that no day's export is left out."""
    moved = sa.func.timezone(after, sa.func.timezone(before, ExportSchedule.next_run_at))
    schedules = sa.update(ExportSchedule).where(ExportSchedule.organisation_id == organisation_id)
    session.execute(schedules.values(next_run_at=moved))


def enqueue_due(limit: int = 100) -> int:
    """Ask for the exports that are due, each once, and return how many. For beat.

    A schedule that missed runs, because nothing was running, makes up for one at each call: every day gets its export.
    """
    with system_transaction() as session:
        due = session.scalars(
            sa.select(ExportSchedule)
            .where(ExportSchedule.active, ExportSchedule.next_run_at <= clock.now())
            .order_by(ExportSchedule.next_run_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        return sum(_asked(session, schedule) for schedule in due)


def _asked(session: Session, schedule: ExportSchedule) -> bool:
    timezone = _timezone(session, schedule.organisation_id)
    order = _order(schedule, schedule.next_run_at.astimezone(timezone).date())
    payload = {**order.as_json(), "schedule_id": str(schedule.id)}
    try:
        job = ask(schedule.organisation_id, Task.EXPORT, payload, within=session)
    except TooManyRequests:
        # It stays due.
        log.warning("export_not_scheduled", schedule_id=str(schedule.id))
        return False
    schedule.last_job_id = job.id
    schedule.next_run_at = _next_run(schedule, schedule.next_run_at, timezone)
    log.info("export_scheduled", job_id=str(job.id), frequency=schedule.frequency)
    return True


def _order(schedule: ExportSchedule, on: date) -> Order:
    """What the schedule's run of that day exports: the days since the run before, up to yesterday."""
    start, end = window(Frequency(schedule.frequency), on)
    selection = Selection.from_json({**schedule.filters, "start_date": str(start), "end_date": str(end)})
    return Order(selection, ExportFormat(schedule.format), schedule.destination)


def window(frequency: Frequency, on: date) -> tuple[date, date]:
    """First and last day of what a run of that day exports: yesterday, the seven days before, the month before."""
    if frequency is Frequency.MONTHLY:
        end = on.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    return on - timedelta(days=7 if frequency is Frequency.WEEKLY else 1), on - timedelta(days=1)


def _next_run(schedule: ExportSchedule, after: datetime, timezone: ZoneInfo) -> datetime:
    """The first moment after `after` at which the schedule runs, in UTC as the database gives it back."""
    day = after.astimezone(timezone).date()
    while True:
        moment = datetime.combine(day, time(schedule.hour), timezone)
        if moment > after and _runs_on(schedule, day):
            return moment.astimezone(UTC)
        day += timedelta(days=1)


def _runs_on(schedule: ExportSchedule, day: date) -> bool:
    match Frequency(schedule.frequency):
        case Frequency.DAILY:
            return True
        case Frequency.WEEKLY:
            return day.isoweekday() == schedule.weekday
        case Frequency.MONTHLY:
            return day.day == schedule.month_day


def _timezone(session: Session, organisation_id: int) -> ZoneInfo:
    name = session.scalars(sa.select(Organisation.timezone).where(Organisation.id == organisation_id)).one()
    return ZoneInfo(name)


def _find(session: Session, organisation_id: int, schedule_id: uuid.UUID) -> ExportSchedule:
    schedule = session.get(ExportSchedule, schedule_id)
    if schedule is None or schedule.organisation_id != organisation_id:
        raise NotFound("there is no such schedule")
    return schedule
