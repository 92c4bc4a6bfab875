"""Facts that an organisation keeps in a table at Baserow, as of some minutes ago."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import structlog

from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError
from cci_app.integrations.accounts import integrations
from cci_app.integrations.baserow import BaserowTable
from cci_app.integrations.kinds import BASEROW
from cci_app.records.facts import ToldFact

log = structlog.get_logger(__name__)

FRESH_SECONDS = 300.0
# While Baserow is away what was read stays true for longer than that.
STALE_SECONDS = 24 * 3600.0
_MOST_TABLES = 200
_SECONDS = 4.0

_kept: dict[tuple[int, str], tuple[float, tuple[ToldFact, ...]]] = {}
_lock = threading.Lock()


def facts_at_baserow(organisation_id: int, name: str, deadline: Deadline) -> Sequence[ToldFact]:
    """The facts of the integration of that name; none where there is no such, or it cannot be read and never was."""
    key = (organisation_id, name)
    known = _kept.get(key)
    age = time.monotonic() - known[0] if known else float("inf")
    if known and age < FRESH_SECONDS:
        return known[1]
    account = integrations.find(organisation_id, BASEROW.name, name)
    if account is None:
        return ()
    try:
        table: BaserowTable = account.open()
        found = tuple(filter(None, map(_fact, table.rows(deadline.within(_SECONDS)))))
    except CciError as error:
        log.warning("baserow_not_read", account=name, reason=error.message)
        return known[1] if known and age < STALE_SECONDS else ()
    with _lock:
        if len(_kept) >= _MOST_TABLES:
            _kept.clear()
        _kept[key] = (time.monotonic(), found)
    return found


def forget_tables() -> None:
    """Read all tables anew at the next question."""
    with _lock:
        _kept.clear()


def _fact(row: Mapping[str, Any]) -> ToldFact | None:
    """A row with the columns title and text; words (with commas), starts_on and ends_on where it has them."""
    title, text = str(row.get("title") or "").strip(), str(row.get("text") or "").strip()
    if not title or not text:
        return None
    words = tuple(filter(None, (word.strip() for word in str(row.get("words") or "").split(","))))
    return ToldFact(title, text, words, _day(row.get("starts_on")), _day(row.get("ends_on")))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
