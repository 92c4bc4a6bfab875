"""Reading the audit log."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cci_app.core.audit import AuditEntry
from cci_app.core.csv_file import BYTE_ORDER_MARK, Separator
from cci_app.core.database import tenant_transaction

COLUMNS = ("id", "timestamp", "who", "name", "act", "subject", "details", "address", "request_id")
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries; None is any. `act` may be the beginning of one, as `member.`."""

    who: str | None = None
    act: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_entries(
    organisation_id: int, sought: Sought, *, limit: int, before: int | None = None
) -> Sequence[AuditEntry]:
    """The newest entries that were sought, older than the entry `before`, the newest first."""
    chosen = [AuditEntry.organisation_id == organisation_id]
    if sought.who is not None:
        chosen.append(AuditEntry.who == sought.who)
    if sought.act is not None:
        chosen.append(AuditEntry.act.startswith(sought.act, autoescape=True))
    if sought.subject is not None:
        chosen.append(AuditEntry.subject == sought.subject)
    if sought.since is not None:
        chosen.append(AuditEntry.timestamp >= sought.since)
    if sought.until is not None:
        chosen.append(AuditEntry.timestamp < sought.until)
    if before is not None:
        chosen.append(AuditEntry.id < before)
    newest = sa.select(AuditEntry).where(*chosen)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(newest.order_by(AuditEntry.id.desc()).limit(limit)).all()


def as_csv(organisation_id: int, sought: Sought, separator: Separator) -> Iterator[str]:
    """All entries that were sought as lines of CSV, the newest first."""
    yield BYTE_ORDER_MARK + separator.line(COLUMNS)
    before = None
    while entries := list_entries(organisation_id, sought, limit=_ROWS_AT_ONCE, before=before):
        yield "".join(separator.line(_cell(entry, column) for column in COLUMNS) for entry in entries)
        before = entries[-1].id


def _cell(entry: AuditEntry, column: str) -> str:
    value = getattr(entry, column)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else str(value)
