"""Working days and waking hours of a place: weekends, its country's holidays, and when nobody is written to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from babel.core import get_global

from cci_app.coordination.monitor.rules import QuietHours

_WEEKEND = (5, 6)
# The longest run of days off that a country has, with room to spare.
_MOST_DAYS_OFF = 30


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The days of a country; None knows no holidays."""

    country: str | None

    @classmethod
    def of(cls, zone: ZoneInfo, country: str | None = None) -> "WorkCalendar":
        """That of a country, or of the one whose time zone it is."""
        return cls(country or get_global("zone_territories").get(zone.key))

    def works(self, day: date) -> bool:
        """Whether people work on that day."""
        return day.weekday() not in _WEEKEND and day not in _holidays(self.country, day.year)

    def ahead(self, day: date, days: int) -> date:
        """The day that is so many working days later; that day itself for none."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.works(day)
        return day

    def between(self, earlier: date, later: date) -> int:
        """How many working days there are after `earlier`, up to `later` with it; none where that is not later."""
        if (later - earlier).days > _LONG:
            return _LONG
        days = (earlier + timedelta(days=number) for number in range(1, (later - earlier).days + 1))
        return sum(map(self.works, days))


# Beyond a year nobody counts.
_LONG = 366


@lru_cache(maxsize=64)
def _holidays(country: str | None, year: int) -> Mapping[date, str]:
    if country is None:
        return {}
    try:
        return holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return {}


def next_waking(moment: datetime, zone: ZoneInfo, quiet: QuietHours, calendar: WorkCalendar) -> datetime:
    """The first moment from that one on at which somebody in `zone` may be written to, in UTC.

    Hours are those of the clock on the wall. Of one that it leaves out in spring the hour after
    counts, of one that comes twice in autumn the first.
    """
    local = moment.astimezone(zone)
    for _ in range(_MOST_DAYS_OFF * 3):
        off = quiet.days_off and not calendar.works(local.date())
        if not off and not _is_quiet(local.time(), quiet):
            return local.astimezone(UTC)
        if not off and local.time() < quiet.end:
            local = _at(local.date(), quiet.end, zone)
        else:
            local = _at(local.date() + timedelta(days=1), time.min, zone)
    return moment


def _is_quiet(at: time, quiet: QuietHours) -> bool:
    if quiet.begin <= quiet.end:
        return quiet.begin <= at < quiet.end
    return at >= quiet.begin or at < quiet.end


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day; of one that the wall leaves out, the moment after."""
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)
