"""The contact workbook: any sensible Excel file becomes contacts, and what cannot is reported row by row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cci_app.contacts.card import ContactCard
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.headers import LOOKED_AT, Column, Header, find_header
from cci_app.contacts.names import split_name
from cci_app.contacts.phones import NoPhone, read_phones
from cci_app.contacts.sheets import MAX_ROWS, Sheet, read_sheets
from cci_app.core.text import clean

# The log keeps a company in 255 characters; the others are what a screen can show.
_LENGTHS = {
    Column.FIRST_NAME: 120,
    Column.LAST_NAME: 120,
    Column.COMPANY: 255,
    Column.ROLE: 160,
    Column.SECTOR: 160,
    Column.CITY: 120,
    Column.EMAIL: 254,
    Column.MEMBERSHIP: 120,
    Column.DESCRIPTION: 2_000,
}
_EXTRA_LENGTH = 1_000
_EXTRA_COLUMNS = 60
_BLANK = frozenset({"-", "--", "—", "–", ".", "n/a", "#n/a", "#ref!", "#value!", "#name?", "null", "none"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
OTHER_PHONES = "other_phones"


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact, and the row it stands in."""

    row: int
    card: ContactCard


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out, by its number in Excel, and why. It never repeats what the row says of the person."""

    row: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"row": self.row, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook holds. Of two rows with the same phone the later is kept: people add at the end."""

    sheet: str
    columns: dict[str, str]
    entries: list[Entry]
    bad_rows: list[BadRow]
    repeated_rows: list[BadRow]


def read_workbook(data: bytes, region: str) -> Workbook:
    """Read an .xlsx, .xlsm or .xls workbook; `region` is the country of phone numbers written without one.

    Raises WorkbookError when there is not one contact to be had from it.
    """
    sheet, header = _choose_sheet(read_sheets(data))
    if sheet.cut:
        raise WorkbookError(
            f"the sheet {sheet.name} has more than {MAX_ROWS} rows: split it, or remove what is not a contact"
        )
    kept: dict[str, Entry] = {}
    bad: list[BadRow] = []
    repeated: list[BadRow] = []
    for number, cells in sheet.rows():
        if number <= header.row:
            continue
        try:
            entry = _read_row(number, cells, header, region)
        except NoPhone as problem:
            bad.append(BadRow(number, f"the phone {problem}"))
            continue
        earlier = kept.pop(entry.card.phone, None)
        if earlier is not None:
            repeated.append(BadRow(earlier.row, f"the same phone stands in row {number}, which is used"))
        kept[entry.card.phone] = entry
    if not kept:
        raise WorkbookError(_nothing_found(sheet, bad), details={"bad_rows": [row.as_dict() for row in bad[:20]]})
    columns = {name: column.value for name, column in zip(header.names, header.columns, strict=True) if column}
    return Workbook(sheet.name, columns, list(kept.values()), bad, repeated)


def _choose_sheet(sheets: Iterable[Sheet]) -> tuple[Sheet, Header]:
    """The visible sheet whose header says most; of equals, the first."""
    best: tuple[Sheet, Header] | None = None
    seen = False
    for sheet in sheets:
        if sheet.hidden:
            continue
        rows = [row for row, _ in zip(sheet.rows(), range(LOOKED_AT), strict=False)]
        seen = seen or bool(rows)
        header = find_header(rows)
        if header and (best is None or header.known > best[1].known):
            best = (sheet, header)
    if best is not None:
        return best
    if not seen:
        raise WorkbookError("the workbook is empty: it needs a row of headers and a row for each contact")
    raise WorkbookError(
        "no sheet has a column with phone numbers: call one Celular, Téléphone or Phone in the row of headers"
    )


def _nothing_found(sheet: Sheet, bad: list[BadRow]) -> str:
    if not bad:
        return f"the sheet {sheet.name} has headers but no contacts: add a row for each contact"
    return f"no row of the sheet {sheet.name} has a phone number that can be used: row {bad[0].row}: {bad[0].reason}"


def _read_row(number: int, cells: list[Any], header: Header, region: str) -> Entry:
    """The contact of a row. Raises NoPhone."""
    phones = _phones(cells, header, region)
    fields: dict[Column, str] = {}
    extra: dict[str, str] = {}
    for index, cell in enumerate(cells):
        column = header.columns[index] if index < len(header.columns) else None
        text = _text(cell, keep_lines=column is Column.DESCRIPTION)
        if not text or column is Column.PHONE:
            continue
        misplaced = column is Column.EMAIL and not _EMAIL.fullmatch(text.removeprefix("mailto:"))
        if column is None or column in fields or misplaced:
            if len(extra) < _EXTRA_COLUMNS:
                extra[_extra_name(header, index, extra)] = text[:_EXTRA_LENGTH]
        else:
            fields[column] = text.removeprefix("mailto:")
    if len(phones) > 1:
        extra[OTHER_PHONES] = ", ".join(phones[1:])
    _take_names_apart(fields)
    card = {column.value: fields[column][:length].strip() for column, length in _LENGTHS.items() if column in fields}
    return Entry(number, ContactCard(phone=phones[0], **card, extra=extra))


def _phones(cells: list[Any], header: Header, region: str) -> list[str]:
    found: dict[str, None] = {}
    problem = NoPhone("is missing")
    for index in reversed(header.phones):
        try:
            numbers = read_phones(cells[index] if index < len(cells) else "", region)
        except NoPhone as error:
            problem = error if str(error) != "is missing" else problem
            continue
        found = dict.fromkeys(numbers) | found
    if not found:
        raise problem
    return list(found)


def _take_names_apart(fields: dict[Column, str]) -> None:
    for column in (Column.FULL_NAME, Column.FULL_NAME_REVERSED):
        full = fields.pop(column, None)
        if full is None or Column.FIRST_NAME in fields:
            continue
        first, last = split_name(full, reversed_order=column is Column.FULL_NAME_REVERSED)
        if first:
            fields[Column.FIRST_NAME] = first
        if last:
            fields.setdefault(Column.LAST_NAME, last)


def _extra_name(header: Header, index: int, taken: dict[str, str]) -> str:
    name = (header.names[index] if index < len(header.names) else "")[:80] or f"column {index + 1}"
    return name if name not in taken else f"{name} ({index + 1})"


def _text(cell: Any, *, keep_lines: bool) -> str:
    """A cell as text: clean, a whole number without its decimal point, nothing for what stands for nothing."""
    if isinstance(cell, dict):
        return str(cell["date"]).removesuffix("T00:00:00")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(cell)
    lines = [" ".join(line.split()) for line in clean(str(cell)).split("\n")]
    text = ("\n" if keep_lines else " ").join(line for line in lines if line)
    return "" if text.casefold() in _BLANK else text
