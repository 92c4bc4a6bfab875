"""A file becomes the rows of a table, or is refused with every row named that cannot be one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cci_app.catalog.cells import BadCell, CellFault, text_of, value_of
from cci_app.catalog.declaration import TableDeclaration
from cci_app.catalog.models import KEY_LENGTH
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.sheets import MAX_ROWS, Sheet, read_sheets
from cci_app.core.errors import InvalidInput
from cci_app.core.text import fold

_REPORTED_ROWS: Final = 200
# A header stands among the first lines: above it may be a title.
_HEADER_LOOKED_AT: Final = 10


class TableRefused(InvalidInput):
    """A file that cannot become the table; nothing has changed. `details` name columns or rows."""

    code = "table_refused"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the file, by its number in it."""

    number: int
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TableFile:
    """What a file holds: its headers with the attribute that each is read as (None: not read), and its rows."""

    columns: Mapping[str, str | None]
    rows: Sequence[TableRow]


@dataclass(slots=True)
class _Reading:
    declaration: TableDeclaration
    bad: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)


def read_table(data: bytes, declaration: TableDeclaration, columns: Mapping[str, str] | None = None) -> TableFile:
    """Read CSV or a workbook: its first visible sheet with the columns that are needed.

    `columns` says of a header which attribute it is, or that it is none (an empty text); the others are told by their
    names. Raises TableRefused.
    """
    header, found = _header(_sheets(data), declaration, columns or {})
    if header.missing:
        labels = ", ".join(f"{declaration.attributes[name].label} ({name})" for name in header.missing)
        raise TableRefused(
            f"nothing was changed: no column is {labels}; say which header it is, or add the column",
            details={
                "missing": list(header.missing),
                "columns": [name for name in header.names if name],
                "read_as": header.read_as,
            },
        )
    reading = _Reading(declaration)
    rows = [
        row
        for number, cells in found.rows()
        if number > header.number and (row := _row(reading, number, cells, header)) is not None
    ]
    if found.cut:
        raise TableRefused(f"the file has more than {MAX_ROWS} rows: split it")
    if reading.bad:
        named = ", ".join(str(each["row"]) for each in reading.bad[:10])
        more = f" and {len(reading.bad) - 10} more" if len(reading.bad) > 10 else ""
        first = reading.bad[0]
        raise TableRefused(
            f"nothing was changed: {len(reading.bad)} rows cannot be read ({named}{more}); row {first['row']}:"
            f" {first['reason']}",
            details={
                "bad_rows": reading.bad[:_REPORTED_ROWS],
                "bad_rows_count": len(reading.bad),
                "read_as": header.read_as,
            },
        )
    if not rows:
        raise TableRefused("nothing was changed: the file has a header and no rows")
    return TableFile(header.read_as, rows)


def _sheets(data: bytes) -> list[Sheet]:
    try:
        return [sheet for sheet in read_sheets(data) if not sheet.hidden]
    except WorkbookError as error:
        # The reader's sentences are those of the contact book, whose rows are contacts.
        raise TableRefused(f"nothing was changed: {error.message.replace('contacts', 'rows')}") from error


@dataclass(frozen=True, slots=True)
class _Header:
    number: int
    names: Sequence[str]
    told: Mapping[str, str]
    missing: Sequence[str]

    @property
    def read_as(self) -> dict[str, str | None]:
        """Each header with the attribute that it is read as."""
        return {name: self.told.get(name) for name in self.names if name}


def _header(
    sheets: Sequence[Sheet], declaration: TableDeclaration, columns: Mapping[str, str]
) -> tuple[_Header, Sheet]:
    """The line of headers that tells most, and its sheet. Raises TableRefused."""
    unknown = sorted({name for name in columns.values() if name} - set(declaration.attributes))
    if unknown:
        raise TableRefused(
            f"{unknown[0]} is no attribute of the table", details={"columns": sorted(declaration.attributes)}
        )
    tried = [
        (_matched(number, cells, declaration, columns), sheet)
        for sheet in sheets
        for (number, cells), _ in zip(sheet.rows(), range(_HEADER_LOOKED_AT), strict=False)
    ]
    if not tried:
        raise TableRefused("nothing was changed: the file is empty")
    return max(tried, key=lambda each: len(each[0].told))


def _matched(number: int, cells: Sequence[Any], declaration: TableDeclaration, columns: Mapping[str, str]) -> _Header:
    names = [text_of(cell) for cell in cells]
    known: dict[str, str] = {}
    for attribute, each in declaration.attributes.items():
        for called in (attribute, attribute.replace("_", " "), each.label, *each.columns):
            known.setdefault(fold(called), attribute)
    told: dict[str, str] = {}
    for name in names:
        attribute = columns[name] if name in columns else known.get(fold(name), "")
        if name and attribute and attribute not in told.values():
            told[name] = attribute
    needed = [name for name, each in declaration.attributes.items() if each.required or name == declaration.key]
    return _Header(number, names, told, [name for name in needed if name not in told.values()])


def _row(reading: _Reading, number: int, cells: Sequence[Any], header: _Header) -> TableRow | None:
    values: dict[str, Any] = {}
    declaration = reading.declaration
    faults: list[dict[str, Any]] = []
    for place, name in enumerate(header.names):
        attribute = header.told.get(name)
        if attribute is None or attribute in values:
            continue
        try:
            value = value_of(cells[place] if place < len(cells) else "", declaration.attributes[attribute])
            if value is not None:
                values[attribute] = value
            elif declaration.attributes[attribute].required or attribute == declaration.key:
                raise BadCell(CellFault.EMPTY)
        except BadCell as problem:
            faults.append(_fault(name, problem))
    key = values.get(declaration.key)
    called = next((name for name, attribute in header.told.items() if attribute == declaration.key), declaration.key)
    if key is not None and len(key) > KEY_LENGTH:
        faults.append(_fault(called, BadCell(CellFault.TOO_LONG, most=str(KEY_LENGTH))))
    elif key is not None and key in reading.seen:
        faults.append(_fault(called, BadCell(CellFault.REPEATED, key=key, row=str(reading.seen[key]))))
    if key is not None:
        reading.seen.setdefault(key, number)
    if faults:
        reason = "; ".join(f"{each['column']} {each['reason']}" for each in faults)
        reading.bad.append({"row": number, "reason": reason, "cells": faults})
        return None
    assert key is not None  # noqa: S101 (an empty one is a fault)
    return TableRow(number, key, values)


def _fault(column: str, problem: BadCell) -> dict[str, Any]:
    return {"column": column, "fault": problem.fault.name.lower(), "told": problem.told, "reason": str(problem)}
