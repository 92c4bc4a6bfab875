"""A program, not a module: reads a workbook from standard input, writes its rows to standard output.

It runs in a sandbox (`core.sandbox`) because one cell that claims to stand in the last column of the last row makes the
parser ask for half a terabyte, which ends the process that asks. There that costs nothing.
Its arguments are the kind of the file (see `kinds`) and how many rows of a sheet it reads.

Output is a JSON value a line: `{"sheet": name, "hidden": bool}` begins a sheet, `[row number, [cells]]` is a row that
is not blank, `{"cut": true}` says that the sheet has more rows than are read, `{"merged": [[first row, first column,
last row, last column]]}` tells merged cells (rows from 1, columns from 0). A cell is a string, a number, a boolean,
or `{"date": "ISO"}`. A workbook that cannot be read is one line `{"error": word}`.
"""

import csv
import email
import email.policy
import io
import json
import math
import sys
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

UNPACKED_BYTES = 200 * 1024 * 1024
OUTPUT_BYTES = 64 * 1024 * 1024
MAX_SHEETS = 50
MAX_COLUMNS = 200
MAX_CELL = 4_000
MAX_MERGED = 20_000


class Unreadable(Exception):  # noqa: N818
    """The workbook cannot be read; the argument is the word that says why."""


class Output:
    """Standard output, with an end to what may be written."""

    def __init__(self) -> None:
        self._left = OUTPUT_BYTES

    def write(self, value: object) -> None:
        """Write one line; raise Unreadable when the output has grown too large."""
        line = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        self._left -= len(line)
        if self._left < 0:
            raise Unreadable("too_large")
        sys.stdout.buffer.write(line)


def check_container(data: bytes) -> None:
    """Raise Unreadable for what is not an Excel workbook, before the parser sees it."""
    if not data.startswith(b"PK"):  # the older format, or the envelope of an encrypted workbook
        for name, word in (
            ("EncryptedPackage", "encrypted"),
            ("WordDocument", "word"),
            ("PowerPoint Document", "slides"),
        ):
            if name.encode("utf-16-le") in data:
                raise Unreadable(word)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable("damaged") from None
    names = [member.filename.replace("\\", "/").lstrip("/").lower() for member in members]
    _check_contents(names)
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("encrypted")
    if sum(member.file_size for member in members) > UNPACKED_BYTES:
        raise Unreadable("too_large")


def _check_contents(names: list[str]) -> None:
    """Raise Unreadable for a container that holds something else than a workbook, with the word for what it is."""
    others = (("word/", "word"), ("ppt/", "slides"), ("index/", "numbers"), ("index.zip", "numbers"))
    if not any(name.startswith("xl/") for name in names):
        for start, word in others:
            if any(name.startswith(start) for name in names):
                raise Unreadable(word)
        if any(name.endswith((".xlsx", ".xls", ".xlsm", ".csv", ".ods")) for name in names):
            raise Unreadable("archive")
        if not {"mimetype", "content.xml"} <= set(names):
            raise Unreadable("not_excel")
    elif not {"xl/workbook.xml", "xl/workbook.bin"} & set(names):
        raise Unreadable("damaged")


def cell(value: Any) -> object:
    """A cell as JSON."""
    if isinstance(value, str):
        return value[:MAX_CELL]
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    return {"date": value.isoformat() if hasattr(value, "isoformat") else str(value)}


def write_sheets(data: bytes, output: Output, max_rows: int) -> None:
    """Write the rows of every worksheet, of each `max_rows` at most."""
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        for metadata in sheets[:MAX_SHEETS]:
            output.write({"sheet": metadata.name, "hidden": metadata.visible != SheetVisibleEnum.Visible})
            sheet = workbook.get_sheet_by_name(metadata.name)
            merged = (sheet.merged_cell_ranges or [])[:MAX_MERGED]
            if merged:
                output.write({"merged": [[first[0] + 1, first[1], last[0] + 1, last[1]] for first, last in merged]})
            # The rows begin with the first of the sheet, their cells with the first column that has any.
            skipped = [""] * (sheet.start[1] if sheet.start else 0)
            rows = 0
            for number, row in enumerate(sheet.iter_rows(), start=1):
                if not any(value not in ("", None) for value in row):
                    continue
                if rows == max_rows:
                    output.write({"cut": True})
                    break
                rows += 1
                output.write([number, [cell(value) for value in (skipped + row)[:MAX_COLUMNS]]])


Rows = list[list[Any]]
Merged = list[list[int]]


def write_rows(name: str, rows: Iterable[list[Any]], merged: Merged, output: Output, max_rows: int) -> None:
    """Write a table as a sheet."""
    output.write({"sheet": name[:200], "hidden": False})
    if merged:
        output.write({"merged": merged[:MAX_MERGED]})
    written = 0
    for number, row in enumerate(rows, start=1):
        if not any(value not in ("", None) for value in row):
            continue
        if written == max_rows:
            output.write({"cut": True})
            break
        written += 1
        output.write([number, [cell(value) for value in row[:MAX_COLUMNS]]])


def write_xml(data: bytes, output: Output, max_rows: int) -> None:
    """Write the worksheets of Excel 2003's XML."""
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data:
        raise Unreadable("other_xml")
    try:
        book = ElementTree.fromstring(data.lstrip())  # noqa: S314 (no entities, and a process of limited memory and time)
    except ElementTree.ParseError:
        raise Unreadable("damaged") from None
    if _local(book) != "Workbook":
        raise Unreadable("other_xml")
    for sheet in [part for part in book if _local(part) == "Worksheet"][:MAX_SHEETS]:
        merged: Merged = []
        rows: Rows = []
        for row in (part for table in sheet for part in table if _local(part) == "Row"):
            rows += [[]] * (min(int(_attribute(row, "Index") or 0), 10**6) - 1 - len(rows))
            rows.append(_xml_row(row, len(rows) + 1, merged))
        write_rows(_attribute(sheet, "Name") or "", rows, merged, output, max_rows)


def _xml_row(row: Any, number: int, merged: Merged) -> list[Any]:
    cells: list[Any] = []
    for part in row:
        if _local(part) != "Cell" or len(cells) >= MAX_COLUMNS:
            continue
        cells += [""] * (min(int(_attribute(part, "Index") or 0), MAX_COLUMNS) - 1 - len(cells))
        across, down = (min(int(_attribute(part, name) or 0), 10**6) for name in ("MergeAcross", "MergeDown"))
        if across or down:
            merged.append([number, len(cells), number + down, len(cells) + across])
        cells.append("".join("".join(data.itertext()) for data in part if _local(data) == "Data"))
        cells += [""] * min(across, MAX_COLUMNS)
    return cells


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


class Tables(HTMLParser):
    """The tables of a page: rows of texts, and what is merged."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[Rows, Merged]] = []
        self._open: list[tuple[Rows, Merged]] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag == "table" and len(self._open) < MAX_SHEETS:
            self._open.append(([], []))
            self.tables.append(self._open[-1])
        elif tag == "tr":
            if not self._open:
                self.handle_starttag("table", [])
            self._close()
            self._open[-1][0].append([])
        elif tag in {"td", "th"} and self._open:
            self._close()
            self._begin(dict(attrs))
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a cell, a row or a table."""
        if tag in {"td", "th", "tr", "table"}:
            self._close()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add to the cell."""
        if self._text is not None:
            self._text.append(data)

    def _begin(self, attributes: dict[str, str | None]) -> None:
        rows, merged = self._open[-1]
        if not rows:
            rows.append([])
        taken = {
            column
            for first, left, last, right in merged
            if first < len(rows) <= last
            for column in range(left, right + 1)
        }
        while len(rows[-1]) in taken:
            rows[-1].append("")
        across, down = (
            min(int(text), MAX_COLUMNS) if (text := attributes.get(name) or "").isdecimal() else 1
            for name in ("colspan", "rowspan")
        )
        left = len(rows[-1])
        if max(across, 1) * max(down, 1) > 1 and len(merged) < MAX_MERGED:
            merged.append([len(rows), left, len(rows) + max(down, 1) - 1, left + max(across, 1) - 1])
        rows[-1] += [""] * max(across, 1)
        self._text = []
        self._place = (rows[-1], left)

    def _close(self) -> None:
        if self._text is not None:
            row, column = self._place
            row[column] = "".join(self._text).strip()
            self._text = None


def write_html(data: bytes, output: Output, max_rows: int) -> None:
    """Write each table of a page as a sheet."""
    page = Tables()
    page.feed(decoded(data))
    page.close()
    if not page.tables:
        raise Unreadable("no_table")
    for number, (rows, merged) in enumerate(page.tables[:MAX_SHEETS], start=1):
        write_rows(f"table {number}", rows, merged, output, max_rows)


def write_mhtml(data: bytes, output: Output, max_rows: int) -> None:
    """Write the tables of a page that was saved with all that belongs to it."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    # A workbook of several sheets is a page of frames and a page of each.
    pages = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/html"]
    write_html(b"".join(page for page in pages if isinstance(page, bytes)), output, max_rows)


def write_text(data: bytes, output: Output, max_rows: int) -> None:
    """Write a text with separators as a sheet."""
    text = decoded(data)
    lines = text.splitlines()
    hint = lines[0].strip().lower() if lines else ""
    separator = hint[4:5] if hint.startswith("sep=") and hint[4:] else ""
    if separator:
        text = text.split("\n", 1)[-1]
    sample = [line for line in lines[:20] if line.strip()]
    separator = separator or max("\t;,|", key=lambda mark: sum(mark in line for line in sample))
    csv.field_size_limit(10**6)
    try:
        write_rows("text", _fields(text, separator), [], output, max_rows)
    except csv.Error:
        raise Unreadable("damaged") from None


def _fields(text: str, separator: str) -> Iterator[list[Any]]:
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        yield [value.strip() for value in row]


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows' encoding of western languages."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    # The interpreter was told to look at nothing but its own packages: ours are beside them.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from cci_app.core.utf16 import encoding_of_pairs

    if pairs := encoding_of_pairs(data):
        return data.decode(pairs, "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


_WRITERS = {"xml": write_xml, "html": write_html, "mhtml": write_mhtml, "text": write_text}


def write(kind: str, data: bytes, output: Output, max_rows: int) -> None:
    """Write the sheets of a file of that kind."""
    writer = _WRITERS.get(kind)
    if writer is not None:
        writer(data, output, max_rows)
        return
    check_container(data)
    write_sheets(data, output, max_rows)


def main() -> None:
    """Read standard input, write the sheets or the word for what is wrong."""
    output = Output()
    try:
        data = sys.stdin.buffer.read()
        write(sys.argv[1], data, output, int(sys.argv[2]))
    except Unreadable as problem:
        word = str(problem)
    except PasswordError:
        word = "encrypted"
    except MemoryError:
        word = "too_large"
    except CalamineError:
        word = "damaged"
    else:
        return
    sys.stdout.buffer.write(b"\n" + json.dumps({"error": word}).encode() + b"\n")


if __name__ == "__main__":
    main()
