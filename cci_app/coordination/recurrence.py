"""When a task comes again: rules of RFC 5545 over days.

A due date is a day of the organisation, not a moment: daylight saving moves none of them.
"""

from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from cci_app.coordination.errors import RecurrenceUnclear

_PERIODS = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_PARTS = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"),
    "BYSETPOS",
}
# A rule may name a day that never comes, as the 30th of February. dateutil looks for it until the year 9999, whatever
# UNTIL says: days are sought as near to that year as they can be, where the calendar is the same one.
_HORIZON = timedelta(days=366 * 12)
_CYCLE_YEARS = 400
_LARGEST = 1_000
_LAST_YEAR = 9_900


def check_recurrence(rule: str, start: date) -> str:
    """The rule as it is kept. Raises RecurrenceUnclear for one that cannot be read, or that no day meets."""
    kept = rule.strip().upper().removeprefix("RRULE:")
    if next(_days(kept, start, start), None) is None:
        raise RecurrenceUnclear(f"no day meets the rule {kept}", details={"recurrence": ["No day meets it."]})
    return kept


def next_day(rule: str, start: date, after: date) -> date | None:
    """The first day of the rule after that one, where it begins at `start`; None where it is over."""
    return next((day for day in _days(rule, start, after) if day > after), None)


def _days(rule: str, start: date, seen: date) -> Iterator[date]:
    parts = _parts(rule)
    count = parts.pop("COUNT", None)
    if max(start, seen).year > _LAST_YEAR:
        raise _unclear(rule)
    last = max(start, seen) + _HORIZON
    until = parts.pop("UNTIL", None)
    if until is not None:
        last = min(last, _day(until))
    years = (MAXYEAR - last.year) // _CYCLE_YEARS * _CYCLE_YEARS
    begin, last = datetime.combine(_years_on(start, years), datetime.min.time()), _years_on(last, years)
    try:
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        made = rrulestr(f"RRULE:{text};UNTIL={last:%Y%m%d}", dtstart=begin)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise _unclear(rule) from error
    if not isinstance(made, rrule):
        raise _unclear(rule)
    moments: Iterator[datetime] = iter(made)
    counted = moments if count is None else islice(moments, _number(rule, count))
    return (_years_on(moment.date(), -years) for moment in counted)


def _years_on(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _parts(rule: str) -> dict[str, str]:
    pairs = [part.partition("=")[::2] for part in rule.split(";") if part]
    parts = dict(pairs)
    if len(parts) != len(pairs) or not parts.keys() <= _PARTS or parts.get("FREQ") not in _PERIODS:
        raise _unclear(rule)
    _number(rule, parts.get("INTERVAL", "1"))
    return parts


def _number(rule: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _LARGEST):
        raise _unclear(rule)
    return int(text)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError as error:
        raise _unclear(f"UNTIL={text}") from error


def _unclear(rule: str) -> RecurrenceUnclear:
    told = "write a rule of RFC 5545 in days, such as FREQ=WEEKLY;BYDAY=MO"
    return RecurrenceUnclear(f"{rule[:80]} is no rule: {told}", details={"recurrence": [told]})
