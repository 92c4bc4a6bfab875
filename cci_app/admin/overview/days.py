"""Counts days that are over once, so that a month's figures need no look at a month's messages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from cci_app.core import clock
from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.deadline import Deadline

log = structlog.get_logger(__name__)

# A month, and the one before it.
KEPT_DAYS: Final = 60
# So long after its end a day is counted: most of what belongs to it has been written by then. Whatever comes later has
# the trigger on `conversations` forget the day.
SETTLED: Final = timedelta(hours=1)
_MOST_SECONDS: Final = 60.0
# The lock that the trigger shares: it forgets no day that is being counted before it has been.
_LOCK: Final = 60060

_ORGANISATIONS = sa.text("SELECT id, timezone FROM organisations WHERE id = COALESCE(:only, id)")
_KNOWN = sa.text(
    "SELECT organisation_id, begins_at, ends_at FROM message_days"
    " WHERE organisation_id = COALESCE(:only, organisation_id)"
)
_FORGET = sa.text("DELETE FROM message_days WHERE organisation_id = :organisation_id AND begins_at = ANY(:begins)")
_LOCKED = sa.text("SELECT pg_advisory_xact_lock(:lock)")
_COUNT = sa.text(
    "WITH said AS MATERIALIZED (SELECT user_id, late, response_time_ms FROM conversations"
    "  WHERE kind = 'message' AND timestamp >= :begins_at AND timestamp < :ends_at),"
    " told AS (SELECT response_time_ms, count(*) AS times FROM said GROUP BY 1)"
    " INSERT INTO message_days (organisation_id, begins_at, ends_at, messages, late, people, milliseconds, times)"
    " SELECT :organisation_id, :begins_at, :ends_at, count(*), count(*) FILTER (WHERE late),"
    "  coalesce(array_agg(DISTINCT hashtextextended(user_id, 0)), '{}'),"
    "  (SELECT coalesce(array_agg(response_time_ms ORDER BY response_time_ms), '{}') FROM told),"
    "  (SELECT coalesce(array_agg(times ORDER BY response_time_ms), '{}') FROM told)"
    " FROM said ON CONFLICT DO NOTHING"
)
_STANDING = sa.text("SELECT begins_at, ends_at, messages, late, cardinality(people) AS people FROM message_days")


@dataclass(frozen=True, slots=True)
class SettledDay:
    """A day of a time zone, from its midnight to the next one."""

    begins_at: datetime
    ends_at: datetime

    @classmethod
    def back(cls, days: int, zone: ZoneInfo, now: datetime) -> Self:
        """The day so many days before today."""
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return cls(*((today - timedelta(days=back)).astimezone(UTC) for back in (days, days - 1)))


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What was said on a day that is over."""

    begins_at: datetime
    ends_at: datetime
    messages: int
    late: int
    people: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time: the days that it begins with and that were counted, and the rest, from `live` to `end`.

    Of the rest each message is looked at: it is today's, as a rule, and more after a day that is counted again.
    """

    counted: tuple[DayFigures, ...]
    live: datetime
    end: datetime

    @classmethod
    def of(cls, begin: datetime, end: datetime, known: Mapping[datetime, DayFigures]) -> Self:
        """The stretch from `begin`, the midnight of a day, to `end`; `known` are days by where they begin."""
        counted, live = [], begin.astimezone(UTC)
        while (day := known.get(live)) and day.ends_at <= end:
            counted.append(day)
            live = day.ends_at
        return cls(tuple(counted), live, end)


def settled_days(zone: ZoneInfo, now: datetime) -> list[SettledDay]:
    """The last sixty days that are over, the latest first."""
    days = (SettledDay.back(back, zone, now) for back in range(1, KEPT_DAYS + 1))
    return [day for day in days if day.ends_at <= now - SETTLED]


def counted_days(connection: sa.Connection, zone: ZoneInfo, now: datetime) -> dict[datetime, DayFigures]:
    """The days of that time zone that were counted, by where they begin."""
    wanted = {(day.begins_at, day.ends_at) for day in settled_days(zone, now)}
    days = (DayFigures(**row) for row in connection.execute(_STANDING).mappings())
    return {day.begins_at: day for day in days if (day.begins_at, day.ends_at) in wanted}


def count_days(only: int | None = None) -> int:
    """Count what days are over and were not counted yet, of that organisation or of all; how many were counted.

    The latest come first, for at most a minute. Days of another time zone, and those before the last sixty, are
    forgotten.
    """
    now, until = clock.now(), Deadline.after(_MOST_SECONDS)
    known: dict[int, set[tuple[datetime, datetime]]] = defaultdict(set)
    with system_transaction() as session:
        zones = {row.id: ZoneInfo(row.timezone) for row in session.execute(_ORGANISATIONS, {"only": only})}
        for row in session.execute(_KNOWN, {"only": only}):
            known[row.organisation_id].add((row.begins_at, row.ends_at))
    missing = []
    for organisation_id, zone in zones.items():
        days = settled_days(zone, now)
        if old := known[organisation_id] - {(day.begins_at, day.ends_at) for day in days}:
            _forget(organisation_id, [begin for begin, _ in old])
        missing += [
            (day, organisation_id) for day in days if (day.begins_at, day.ends_at) not in known[organisation_id]
        ]
    counted = 0
    for day, organisation_id in sorted(missing, key=lambda each: each[0].begins_at, reverse=True):
        if until.passed:
            break
        counted += _counted(organisation_id, day)
    return counted


def _forget(organisation_id: int, begins: Sequence[datetime]) -> None:
    with tenant_transaction(organisation_id) as session:
        session.execute(_FORGET, {"organisation_id": organisation_id, "begins": list(begins)})


def _counted(organisation_id: int, day: SettledDay) -> bool:
    try:
        with tenant_transaction(organisation_id) as session:
            session.execute(_LOCKED, {"lock": _LOCK})
            bound = {"organisation_id": organisation_id, "begins_at": day.begins_at, "ends_at": day.ends_at}
            session.execute(_COUNT, bound)
    except Exception:
        # One that cannot be counted must not leave the others alone; its messages are looked at instead.
        log.exception("day_not_counted", organisation_id=organisation_id)
        return False
    return True
