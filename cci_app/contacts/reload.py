"""A workbook becomes the contact book, in one transaction or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cci_app.contacts import book
from cci_app.contacts.card import ContactCard
from cci_app.contacts.workbook import Workbook, read_workbook
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict

EXAMPLES = 10
_REPORTED_ROWS = 200


@dataclass(frozen=True, slots=True)
class ReloadDiff:
    """What a reload did, or would do."""

    workbook: Workbook
    diff: book.Diff

    def summary(self) -> dict[str, Any]:
        """Counts, and the rows that were left out; nothing of any person, so that it may be kept.

        `{"sheets": [{"sheet", "contacts", "columns": {header: field}}], "sheets_passed_over": [{"sheet", "reason"}],
        "sheet" and "columns" of the first and of all of them, "contacts", "added", "changed", "removed", "unchanged",
        "erased", "bad_rows": [{"row", "reason"}], "bad_rows_count", "repeated_rows": [...], "repeated_rows_count"}`; at
        most 200 rows, which name their sheet where there are several.
        """
        found, workbook = self.diff, self.workbook
        return {
            "sheet": workbook.sheets[0].name,
            "columns": {name: column for sheet in workbook.sheets for name, column in sheet.columns.items()},
            "sheets": [
                {"sheet": sheet.name, "contacts": sheet.contacts, "columns": sheet.columns} for sheet in workbook.sheets
            ],
            "sheets_passed_over": [{"sheet": sheet.name, "reason": sheet.reason} for sheet in workbook.passed_over],
            "contacts": len(workbook.entries),
            "added": len(found.added),
            "changed": len(found.changed),
            "removed": len(found.removed),
            "unchanged": found.unchanged,
            "erased": found.erased,
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


class RemovesMany(Conflict):
    """A reload that would remove more than a tenth of the book, and was not told to; nothing has changed.

    `details` are those of `ReloadDiff.as_dict`: for the eyes of the admin who decides.
    """

    def __init__(self, found: ReloadDiff, before: int) -> None:
        removed = len(found.diff.removed)
        super().__init__(
            f"this would remove {removed} of {before} contacts, more than a tenth: nothing was changed; if it is meant,"
            f" send it again with confirm={removed}",
            details=found.as_dict(),
        )


def check_removed(found: ReloadDiff, confirm: int | None) -> None:
    """Raise RemovesMany where more than a tenth of the book would go and `confirm` is not just that number."""
    removed = len(found.diff.removed)
    before = removed + len(found.diff.changed) + found.diff.unchanged
    if 10 * removed > before and confirm != removed:
        raise RemovesMany(found, before)


def plan(organisation_id: int, data: bytes, region: str) -> ReloadDiff:
    """What `apply` would do; changes nothing. Raises WorkbookError."""
    workbook = read_workbook(data, region)
    with tenant_transaction(organisation_id) as session:
        return ReloadDiff(workbook, book.diff(session, organisation_id, workbook.entries))


def apply(
    organisation_id: int,
    data: bytes,
    region: str,
    *,
    confirm: int | None = None,
    finish: Callable[[Session, ReloadDiff], None] | None = None,
) -> ReloadDiff:
    """Make the contact book what the workbook says. Raises WorkbookError, and then nothing has changed.

    Where more than a tenth of the book would be removed, `confirm` must be their number: else RemovesMany is raised.
    `finish` is called last in the transaction; what it raises undoes the reload.
    """
    workbook = read_workbook(data, region)
    with tenant_transaction(organisation_id) as session:
        done = ReloadDiff(workbook, book.replace_all(session, organisation_id, workbook.entries))
        check_removed(done, confirm)
        if finish is not None:
            finish(session, done)
    return done
