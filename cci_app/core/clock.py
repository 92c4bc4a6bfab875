"""The time, in one place, so that tests can set it; and what the database's clock says of times in its rows.

Leases are measured by one clock, the database's. Where that is set back, what ends too late was written before.
"""

from datetime import UTC, datetime

# By so much a clock is put right without anybody noticing.
_STEP = "interval '1 second'"


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def is_over(column: str, longest: str) -> str:
    """SQL: whether a time is over that is never set more than `longest` seconds ahead; NULL where there is none."""
    until = f"clock_timestamp() + make_interval(secs => {longest}) + {_STEP}"
    return f"({column} NOT BETWEEN clock_timestamp() AND {until})"


def lies_ahead(column: str) -> str:
    """SQL: whether a time at which something happened is still to come: the clock was set back since."""
    return f"({column} > clock_timestamp() + {_STEP})"
