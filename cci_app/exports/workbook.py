"""The Excel workbook: a summary with its chart, the conversations, the messages."""

import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

from cci_app.exports.columns import Column, ColumnKind, heading
from cci_app.exports.record import Record
from cci_app.exports.summary import add_summary

SHEET_ROWS = 1_048_575  # below the header
CELL_UNITS = 32_767
# Characters of a text that a cell keeps for itself where the rest goes elsewhere.
_PART = 16_000
_SURELY_SHORT = CELL_UNITS // 2
_LINE_POINTS = 15.0
_HIGHEST_POINTS = 409.0
# Characters of a heading's line that its filter's button covers.
_FILTER_BUTTON = 3
# The library stamps the time of writing; the same rows are to give the same bytes.
_STAMP = "2000-01-01T00:00:00Z"
_CORE = "docProps/core.xml"
_CORE_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:dcmitype="http://purl.org/dc/dcmitype/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    f'<dcterms:created xsi:type="dcterms:W3CDTF">{_STAMP}</dcterms:created>'
    f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_STAMP}</dcterms:modified></cp:coreProperties>'
)

_CONVERSATIONS = ("Conversations", "Conversaciones", "Conversations")
_MESSAGES = ("Messages", "Mensajes", "Messages")
_LONG_TEXTS = ("Long texts", "Textos largos", "Textes longs")
_FORMATS = {
    ColumnKind.MOMENT: lambda: Format().set_num_format("yyyy-mm-dd hh:mm:ss"),
    ColumnKind.SHARE: lambda: Format().set_num_format("0.0 %"),
    ColumnKind.INTEGER: lambda: Format().set_num_format("0"),
}


class LongTexts:
    """Texts that no cell holds. The cell keeps the first part and names the row of another sheet that has the rest."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self.rows: list[tuple[str, int, str]] = []

    def cell(self, text: str) -> str:
        """What the cell shows. Excel counts UTF-16 units, of which a character takes one or two."""
        if len(text.encode("utf-16-le")) // 2 <= CELL_UNITS:
            return text
        parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
        name = f"{self._sheet} {len(self.rows) + 2}"
        self.rows += [(name, number, part) for number, part in enumerate(parts[1:], 2)]
        return f"{parts[0]} […→ {name}]"


def write_workbook(record: Record, path: Path) -> None:
    """Write the record to `path`. The same record gives the same bytes."""
    if not _write(record, path, with_long_texts=False):
        # Rare, and not known before all texts were seen: once more, with a sheet for what no cell holds.
        _write(record, path, with_long_texts=True)
    _stamp(path)


def _write(record: Record, path: Path, *, with_long_texts: bool) -> bool:
    """Write the workbook; returns whether it holds everything."""
    language = record.layout.language
    conversations, messages = record.size()
    long_texts = LongTexts(heading(_LONG_TEXTS, language))
    book = FastExcel(str(path))
    add_summary(book, record)
    for title, columns, rows, count in (
        (heading(_CONVERSATIONS, language), record.layout.columns, record.conversations(), conversations),
        (heading(_MESSAGES, language), record.layout.messages, record.messages(), messages),
    ):
        for number in range(max(1, -(-count // SHEET_ROWS))):
            part = islice(rows, SHEET_ROWS)
            add_sheet(book, f"{title} {number + 1}" if number else title, columns, part, long_texts)
    if with_long_texts:
        title = heading(_LONG_TEXTS, language)
        columns = (
            Column("", "→", "", width=20),
            Column("", "#", "", ColumnKind.INTEGER),
            Column("", title, "", width=100),
        )
        add_sheet(book, title, columns, _late(long_texts), long_texts)
    book.save()
    return with_long_texts or not long_texts.rows


def _late(long_texts: LongTexts) -> Iterator[tuple[str, int, str]]:
    # Filled while the sheets before it are written.
    yield from long_texts.rows


def add_sheet(
    book: FastExcel, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], long_texts: LongTexts
) -> None:
    """Add a sheet to the book: its rows are read when the book is saved."""
    names = [column.heading for column in columns]
    texts = [place for place, column in enumerate(columns) if column.kind is ColumnKind.TEXT]
    book.sheet(
        title,
        _records(names, texts, rows, long_texts),
        column_widths=[float(column.width) for column in columns],
        column_formats={column.heading: _FORMATS[column.kind]() for column in columns if column.kind in _FORMATS},
        header_format=Format().set_bold().set_text_wrap().set_align("top"),
        row_heights={0: _header_height(columns)},
        autofilter=True,
        ignore_errors=[columns[place].heading for place in texts],
    )
    book.freeze(row=1, sheet=title)


def _header_height(columns: Sequence[Column]) -> float:
    """The height, in points, at which every heading is seen: questions are longer than their columns are wide."""
    lines = max(math.ceil(len(column.heading) / (column.width - _FILTER_BUTTON)) for column in columns)
    return min(_LINE_POINTS * lines, _HIGHEST_POINTS)


def _records(
    names: list[str], texts: list[int], rows: Iterable[Sequence[Any]], long_texts: LongTexts
) -> Iterator[dict[str, Any]]:
    empty = True
    for row in rows:
        empty = False
        cells = list(row)
        for place in texts:
            cell = cells[place]
            if cell is not None and len(cell) > _SURELY_SHORT:
                cells[place] = long_texts.cell(cell)
        yield dict(zip(names, cells, strict=True))
    if empty:
        # Without a row the library leaves the header out too; this one has no cells.
        yield dict.fromkeys(names)


def _stamp(path: Path) -> None:
    """Put a constant in the place of the time of writing, which is among the last entries of the archive."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        core = archive.getinfo(_CORE)
        tail = [entry for entry in archive.filelist if entry.header_offset >= core.header_offset]
        kept = {entry.filename: archive.read(entry) for entry in tail} | {_CORE: _CORE_XML.encode()}
        for entry in tail:
            archive.filelist.remove(entry)
            del archive.NameToInfo[entry.filename]
        # New entries are written from here, over the old ones.
        archive.start_dir = core.header_offset
        for name, content in kept.items():
            archive.writestr(zipfile.ZipInfo(name), content)
