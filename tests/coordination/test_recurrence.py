"""Rules of RFC 5545 over days: those of its own examples, those that never come, and those that are none."""

from datetime import date

import pytest

from cci_app.coordination.errors import RecurrenceUnclear
from cci_app.coordination.recurrence import check_recurrence, next_day
from tests.fakes.processor import processor_time_below

START = date(2026, 1, 30)


@pytest.mark.parametrize(
    ("rule", "after", "day"),
    [
        ("FREQ=DAILY", date(2026, 3, 28), date(2026, 3, 29)),
        ("FREQ=WEEKLY;BYDAY=MO,FR", START, date(2026, 2, 2)),
        ("FREQ=WEEKLY;INTERVAL=2", date(2026, 2, 20), date(2026, 2, 27)),
        # A month without a 30th is left out, as the RFC says.
        ("FREQ=MONTHLY", START, date(2026, 3, 30)),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", START, date(2026, 1, 31)),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", date(2026, 1, 30), date(2026, 2, 27)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", START, date(2028, 2, 29)),
        ("FREQ=DAILY;COUNT=3", date(2026, 1, 31), date(2026, 2, 1)),
        ("FREQ=DAILY;COUNT=3", date(2026, 2, 1), None),
        ("FREQ=WEEKLY;UNTIL=20260206", START, date(2026, 2, 6)),
        ("FREQ=WEEKLY;UNTIL=20260206T235959Z", date(2026, 2, 6), None),
    ],
)
def test_the_next_day(rule: str, after: date, day: date | None) -> None:
    assert next_day(check_recurrence(rule, START), START, after) == day


@pytest.mark.parametrize(
    "rule",
    [
        *("", "cada lunes", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=99999", "FREQ=DAILY;COUNT=-1"),
        *("FREQ=DAILY;DTSTART=20200101", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;FREQ=WEEKLY"),
        *("FREQ=MONTHLY;BYMONTHDAY=40", "FREQ=DAILY;COUNT=٣", "FREQ", "FREQ=DAILY;BYMONTH=" + "9" * 300),
        "FREQ=DAILY\nDTSTART:20200101T000000",
    ],
)
def test_what_is_no_rule_is_named(rule: str) -> None:
    with pytest.raises(RecurrenceUnclear) as refused:
        check_recurrence(rule, START)
    assert refused.value.code == "bad_recurrence"


def test_there_is_an_end_of_days() -> None:
    with pytest.raises(RecurrenceUnclear):
        check_recurrence("FREQ=DAILY", date(9999, 12, 31))


@pytest.mark.parametrize("rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=5;BYMONTH=2;BYMONTHDAY=30"])
def test_a_day_that_never_comes_is_not_sought_for_ever(rule: str) -> None:
    with processor_time_below(1), pytest.raises(RecurrenceUnclear, match="no day meets"):
        check_recurrence(rule, START)
