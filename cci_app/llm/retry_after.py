"""How long a provider wants to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(error: BaseException | None) -> float | None:
    """The seconds that the answer behind an error asks to wait: a number or a date (RFC 9110, 10.2.3)."""
    while error is not None:
        headers = getattr(getattr(error, "response", None), "headers", None)
        if isinstance(headers, Mapping) and (value := headers.get("retry-after")):
            return _seconds(str(value))
        error = error.__cause__
    return None


def _seconds(value: str) -> float | None:
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
