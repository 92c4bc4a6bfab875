"""Exports that are made again and again, of the day, week or month before."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cci_app.core import clock
from cci_app.core.queue import Task
from cci_app.exports.job import Order, check_order
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.jobs import schedules
from cci_app.jobs.models import Frequency, Schedule

# What is asked of an export; its other values are those of any schedule.
_ASKED = ("format", "destination", "filters")


def add_export_schedule(organisation_id: int, values: Mapping[str, Any]) -> Schedule:
    """Add a schedule. Raises InvalidInput or Conflict for an export that cannot be made, Conflict for too many."""
    return schedules.add_schedule(organisation_id, Task.EXPORT, _checked(organisation_id, values))


def change_export_schedule(organisation_id: int, schedule_id: uuid.UUID, values: Mapping[str, Any]) -> Schedule:
    """Put these values in place of the schedule's. Raises NotFound, InvalidInput, Conflict."""
    return schedules.change_schedule(organisation_id, Task.EXPORT, schedule_id, _checked(organisation_id, values))


def payload_of(schedule: Schedule, on: date) -> dict[str, Any]:
    """What the schedule's run of that day exports: the days since the run before, up to yesterday."""
    return _order(schedule.payload, Frequency(schedule.frequency), on).as_json()


def _checked(organisation_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    payload = {name: values[name] for name in _ASKED}
    check_order(organisation_id, _order(payload, Frequency(values["frequency"]), clock.now().date()))
    return {**{name: value for name, value in values.items() if name not in _ASKED}, "payload": payload}


def _order(payload: Mapping[str, Any], frequency: Frequency, on: date) -> Order:
    start, end = window(frequency, on)
    selection = Selection.from_json({**payload["filters"], "start_date": str(start), "end_date": str(end)})
    return Order(selection, ExportFormat(payload["format"]), payload["destination"])


def window(frequency: Frequency, on: date) -> tuple[date, date]:
    """First and last day of what a run of that day exports: yesterday, the seven days before, the month before."""
    if frequency is Frequency.MONTHLY:
        end = on.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    return on - timedelta(days=7 if frequency is Frequency.WEEKLY else 1), on - timedelta(days=1)
