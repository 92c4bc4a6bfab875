"""The beat that a clock set back does not stop: it rings for whatever nobody else has finished."""

from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

from celery.beat import PersistentScheduler, ScheduleEntry
from celery.schedules import schedule


class Due(NamedTuple):
    """Whether it is time, and in how many seconds to look again."""

    is_due: bool
    next: float


class Every(schedule):
    """Every so many seconds. What was last done at a time that is still to come is done now, not when that comes."""

    def is_due(self, last_run_at: datetime) -> Any:
        """Whether it is time, and in how many seconds to look again."""
        if self.maybe_make_aware(last_run_at) > self.maybe_make_aware(self.now()):
            return Due(is_due=True, next=float(self.seconds))
        return super().is_due(last_run_at)


class Beat(PersistentScheduler):
    """Celery's own, which puts what is due in order by the time of day: an entry from before would wait for that."""

    def _when(self, entry: ScheduleEntry, next_time_to_run: float | None, mktime: object = None) -> float:  # noqa: ARG002
        return monotonic() + (next_time_to_run or 0)
