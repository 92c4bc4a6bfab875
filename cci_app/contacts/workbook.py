"""The contact workbook: any sensible Excel file becomes contacts, and what cannot is reported row by row."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from cci_app.contacts.card import ContactCard
from cci_app.contacts.countries import UnknownCountry, dialling_code, region_of
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.headers import LOOKED_AT, Column, Header, find_header
from cci_app.contacts.names import split_name
from cci_app.contacts.phones import NoPhone, read_phones
from cci_app.contacts.sheets import MAX_ROWS, Sheet, read_sheets
from cci_app.core.phone import to_e164, undressed
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
# A code to dial, whatever the header of its column says or does not say.
_PLAIN_CODE = re.compile(r"\s*\(?(?:\+|00)\s?[1-9]\d{0,3}\)?\s*")
_BESIDE_THE_PHONE = (Column.DIALLING_CODE, Column.COUNTRY)


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact, and the row it stands in; `sheet` where there are several."""

    row: int
    card: ContactCard
    sheet: str | None = None

    @property
    def filled(self) -> int:
        """How much the row says."""
        return sum(value is not None for value in self.card.as_dict().values()) + len(self.card.extra)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out, by its number in Excel, and why. It never repeats what the row says of the person."""

    row: int
    reason: str
    sheet: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON, with its sheet where there are several."""
        where = {"sheet": self.sheet} if self.sheet is not None else {}
        return {**where, "row": self.row, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A sheet that holds contacts: how many, and what its columns mean."""

    name: str
    contacts: int
    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetPassedOver:
    """A sheet nothing was taken from, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook holds, from every visible sheet with a column of phones.

    Of two rows with the same phone on one sheet the later is kept: people add at the end. On two sheets they are one
    contact: the row that says more counts, and the other fills in what it leaves open.
    """

    sheets: list[SheetRead]
    passed_over: list[SheetPassedOver]
    entries: list[Entry]
    bad_rows: list[BadRow]
    repeated_rows: list[BadRow]


@dataclass(slots=True)
class _Rows:
    """What one sheet gave."""

    kept: dict[str, Entry] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    repeated: list[BadRow] = field(default_factory=list)


def read_workbook(data: bytes, region: str) -> Workbook:
    """Read a workbook of any kind that `kinds` knows; `region` is the country of phone numbers written without one.

    Raises WorkbookError when there is not one contact to be had from it.
    """
    sheets = read_sheets(data)
    headed, passed_over = _sheets_with_phones(sheets)
    several = len(headed) > 1
    read: list[SheetRead] = []
    all_rows = _Rows()
    for sheet, header in headed:
        found = _read_sheet(sheet, header, region, sheet.name if several else None)
        if not found.kept and several:
            passed_over.append(SheetPassedOver(sheet.name, _nothing_found(sheet, found.bad)))
            continue
        _add(all_rows, found)
        columns = {name: column.value for name, column in zip(header.names, header.columns, strict=True) if column}
        read.append(SheetRead(sheet.name, len(found.kept), columns))
    if not all_rows.kept:
        bad = all_rows.bad
        raise WorkbookError(
            _nothing_found(headed[0][0], bad), details={"bad_rows": [row.as_dict() for row in bad[:20]]}
        )
    return Workbook(read, passed_over, list(all_rows.kept.values()), all_rows.bad, all_rows.repeated)


def _sheets_with_phones(sheets: list[Sheet]) -> tuple[list[tuple[Sheet, Header]], list[SheetPassedOver]]:
    """The visible sheets with a column of phones, and those that were passed over. Raises WorkbookError for none."""
    headed: list[tuple[Sheet, Header]] = []
    passed_over: list[SheetPassedOver] = []
    seen = False
    for sheet in sheets:
        rows = [(number, cells) for (number, cells, _), _ in zip(sheet.filled(), range(LOOKED_AT), strict=False)]
        if sheet.hidden:
            passed_over.append(SheetPassedOver(sheet.name, "it is hidden"))
            continue
        seen = seen or bool(rows)
        header = find_header(rows)
        if header is None:
            passed_over.append(
                SheetPassedOver(sheet.name, "it has no column with phone numbers" if rows else "it is empty")
            )
        elif sheet.cut:
            raise WorkbookError(
                f"the sheet {sheet.name} has more than {MAX_ROWS} rows: split it, or remove what is not a contact"
            )
        else:
            headed.append((sheet, header))
    if headed:
        return headed, passed_over
    if not seen:
        raise WorkbookError("the workbook is empty: it needs a row of headers and a row for each contact")
    raise WorkbookError(
        "no sheet has a column with phone numbers: call one Celular, Téléphone or Phone in the row of headers"
    )


def _read_sheet(sheet: Sheet, header: Header, region: str, name: str | None) -> _Rows:
    """The contacts of a sheet, which is named in what is told of its rows where there are several."""
    found = _Rows()
    for number, cells, from_above in sheet.filled():
        if number <= header.row:
            continue
        # One phone beside several people is the first one's.
        own = ["" if index in from_above and index in header.phones else cell for index, cell in enumerate(cells)]
        try:
            entry = replace(_read_row(number, own, header, region), sheet=name)
        except NoPhone as problem:
            found.bad.append(BadRow(number, f"the phone {problem}", name))
            continue
        earlier = found.kept.pop(entry.card.phone, None)
        if earlier is not None:
            found.repeated.append(BadRow(earlier.row, f"the same phone stands in row {number}, which is used", name))
        found.kept[entry.card.phone] = entry
    return found


def _add(all_rows: _Rows, found: _Rows) -> None:
    """Add a sheet to those before it."""
    for phone, entry in found.kept.items():
        earlier = all_rows.kept.get(phone)
        if earlier is None:
            all_rows.kept[phone] = entry
            continue
        used, other = (earlier, entry) if earlier.filled > entry.filled else (entry, earlier)
        all_rows.kept[phone] = replace(used, card=used.card.over(other.card))
        reason = f"the same phone stands in row {used.row} of the sheet {used.sheet}, to which this one adds"
        all_rows.repeated.append(BadRow(other.row, reason, other.sheet))
    all_rows.bad += found.bad
    all_rows.repeated += found.repeated


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
        no_address = column is Column.EMAIL and not _EMAIL.fullmatch(text.removeprefix("mailto:"))
        misplaced = no_address or column in _BESIDE_THE_PHONE
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
            numbers = _read_beside(cells, header, index, region)
        except NoPhone as error:
            problem = error if str(error) != "is missing" else problem
            continue
        found = dict.fromkeys(numbers) | found
    if not found:
        raise problem
    return list(found)


def _read_beside(cells: list[Any], header: Header, index: int, region: str) -> list[str]:
    """The numbers of a cell, with the country that a column beside it tells. Raises NoPhone."""
    cell = cells[index] if index < len(cells) else ""
    for beside in header.country_of(index) or _plain_codes(cells, header, index):
        told = cells[beside] if beside < len(cells) else ""
        try:
            country = region_of(told)
        except UnknownCountry:
            return _with_area_code(told, cell, header.names[beside], region)
        if country is not None:
            return read_phones(cell, region, told=country)
    return read_phones(cell, header.region_of(index) or region)


def _plain_codes(cells: list[Any], header: Header, index: int) -> list[int]:
    """The columns beside a phone that say nothing else than a code to dial, though no header tells it."""
    beside = [each for each in (index - 1, index + 1) if 0 <= each < min(len(cells), len(header.columns))]
    return [each for each in beside if header.columns[each] is None and _PLAIN_CODE.fullmatch(str(cells[each]))]


def _with_area_code(told: Any, cell: Any, name: str, region: str) -> list[str]:
    """The number of a cell beside one that is no country's code: it may be that of a city. Raises NoPhone."""
    _, international = undressed(str(cell))
    if international:
        return read_phones(cell, region)
    area = "".join(character for character in _text(told, keep_lines=False) if character.isdigit())
    number = to_e164(area + _text(cell, keep_lines=False), region) if area else None
    if number is None or not number.startswith(dialling_code(region)):
        raise NoPhone(f"cannot be read, as {name} tells no country: write the number with its country code")
    return [number]


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
