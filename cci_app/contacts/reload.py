"""A workbook becomes the contact book, in one transaction or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.contacts.workbook import Workbook, read_workbook
from cci_app.core.database import tenant_transaction

EXAMPLES = 10
_REPORTED_ROWS = 200


@dataclass(frozen=True, slots=True)
class ReloadDiff:
    """What a reload did, or would do."""

    workbook: Workbook
    diff: book.Diff

    def summary(self) -> dict[str, Any]:
        """Counts, and the rows that were left out; nothing of any person, so that it may be kept.

        `{"sheet", "columns": {header: field}, "contacts", "added", "changed", "removed", "unchanged", "bad_rows":
        [{"row", "reason"}], "bad_rows_count", "repeated_rows": [...], "repeated_rows_count"}`; at most 200 rows.
        """
        found, workbook = self.diff, self.workbook
        return {
            "sheet": workbook.sheet,
            "columns": workbook.columns,
            "contacts": len(workbook.entries),
            "added": len(found.added),
            "changed": len(found.changed),
            "removed": len(found.removed),
            "unchanged": found.unchanged,
            "bad_rows": [row.as_dict() for row in workbook.bad_rows[:_REPORTED_ROWS]],
            "bad_rows_count": len(workbook.bad_rows),
            "repeated_rows": [row.as_dict() for row in workbook.repeated_rows[:_REPORTED_ROWS]],
            "repeated_rows_count": len(workbook.repeated_rows),
        }

    def as_dict(self) -> dict[str, Any]:
        """The summary, and `examples`: the first ten of those added, changed and removed.

        An example is `{"phone", "name", "company"}`, with `row` where the workbook has one, and `changed`, the names of
        the fields that differ. For the eyes of an admin who decides: to be shown, not to be kept.
        """
        found = self.diff
        examples = {
            "added": [{"row": entry.row, **_person(entry.card)} for entry in found.added[:EXAMPLES]],
            "changed": [
                {"row": change.entry.row, **_person(change.entry.card), "changed": list(change.changed)}
                for change in found.changed[:EXAMPLES]
            ],
            "removed": [_person(card) for card in found.removed[:EXAMPLES]],
        }
        return {**self.summary(), "examples": examples}


def _person(card: ContactCard) -> dict[str, Any]:
    name = " ".join(part for part in (card.first_name, card.last_name) if part)
    return {"phone": card.phone, "name": name or None, "company": card.company}


def plan(organisation_id: int, data: bytes, region: str) -> ReloadDiff:
    """What `apply` would do; changes nothing. Raises WorkbookError."""
    workbook = read_workbook(data, region)
    with tenant_transaction(organisation_id) as session:
        return ReloadDiff(workbook, book.diff(session, organisation_id, workbook.entries))


def apply(
    organisation_id: int, data: bytes, region: str, *, finish: Callable[[Session, ReloadDiff], None] | None = None
) -> ReloadDiff:
    """Make the contact book what the workbook says. Raises WorkbookError, and then nothing has changed.

    `finish` is called last in the transaction; what it raises undoes the reload.
    """
    workbook = read_workbook(data, region)
    with tenant_transaction(organisation_id) as session:
        done = ReloadDiff(workbook, book.replace_all(session, organisation_id, workbook.entries))
        if finish is not None:
            finish(session, done)
    return done
