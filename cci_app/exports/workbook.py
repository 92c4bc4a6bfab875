"""The Excel workbook: a summary with its chart, the conversations, the messages."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

from cci_app.exports.columns import Column, Kind, heading
from cci_app.exports.record import Record

SHEET_ROWS = 1_048_575  # below the header
CELL_UNITS = 32_767
# Characters of a text that a cell keeps for itself where the rest goes elsewhere.
_PART = 16_000
_SURELY_SHORT = CELL_UNITS // 2
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

_SUMMARY = ("Summary", "Resumen", "Résumé")
_CONVERSATIONS = ("Conversations", "Conversaciones", "Conversations")
_MESSAGES = ("Messages", "Mensajes", "Messages")
_LONG_TEXTS = ("Long texts", "Textos largos", "Textes longs")
_DAY = ("Day", "Día", "Jour")
_COMPLETED = ("Completed", "Terminadas", "Terminées")
_CHART = ("Conversations by day", "Conversaciones por día", "Conversations par jour")
_FIGURES: dict[str, tuple[str, str, str]] = {
    "conversations": ("Conversations", "Conversaciones", "Conversations"),
    "completed": _COMPLETED,
    "in_progress": ("In progress", "En curso", "En cours"),
    "abandoned": ("Abandoned", "Abandonadas", "Abandonnées"),
    "people": ("People", "Personas", "Personnes"),
    "messages": ("Messages", "Mensajes", "Messages"),
    "mean_response_ms": ("Mean response (ms)", "Respuesta media (ms)", "Réponse moyenne (ms)"),
    "p95_response_ms": ("95 % within (ms)", "95 % en menos de (ms)", "95 % en moins de (ms)"),
    "longest_response_ms": ("Longest response (ms)", "Respuesta más larga (ms)", "Réponse la plus longue (ms)"),
    "share_within_8s": ("Share within 8 s", "Proporción en 8 s", "Part en moins de 8 s"),
    "late_answers": ("Late answers", "Respuestas tardías", "Réponses tardives"),
}


_FORMATS = {
    Kind.MOMENT: lambda: Format().set_num_format("yyyy-mm-dd hh:mm:ss"),
    Kind.SHARE: lambda: Format().set_num_format("0.0 %"),
    Kind.INTEGER: lambda: Format().set_num_format("0"),
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
    _add_summary(book, record)
    for title, columns, rows, count in (
        (heading(_CONVERSATIONS, language), record.layout.columns, record.conversations(), conversations),
        (heading(_MESSAGES, language), record.layout.messages, record.messages(), messages),
    ):
        for number in range(max(1, -(-count // SHEET_ROWS))):
            part = islice(rows, SHEET_ROWS)
            add_sheet(book, f"{title} {number + 1}" if number else title, columns, part, long_texts)
    if with_long_texts:
        title = heading(_LONG_TEXTS, language)
        columns = (Column("", "→", "", width=20), Column("", "#", "", Kind.INTEGER), Column("", title, "", width=100))
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
    texts = [place for place, column in enumerate(columns) if column.kind is Kind.TEXT]
    book.sheet(
        title,
        _records(names, texts, rows, long_texts),
        column_widths=[float(column.width) for column in columns],
        column_formats={column.heading: _FORMATS[column.kind]() for column in columns if column.kind in _FORMATS},
        header_format=Format().set_bold(),
        autofilter=True,
        ignore_errors=[columns[place].heading for place in texts],
    )
    book.freeze(row=1, sheet=title)


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


def _add_summary(book: FastExcel, record: Record) -> None:
    """The figures, and beside them the days with their chart."""
    language = record.layout.language
    chosen = record.selection
    period = f"{chosen.start_date or '…'} – {chosen.end_date or '…'}"
    figures = [(heading(_FIGURES[name], language), value) for name, value in asdict(record.figures()).items()]
    days = [(day.day, day.conversations, day.completed) for day in record.days()]
    day, began, completed = (heading(texts, language) for texts in (_DAY, _CONVERSATIONS, _COMPLETED))
    names = (heading(_SUMMARY, language), period, " ", day, began, completed)
    book.sheet(
        names[0],
        [dict(zip(names, (*figure, None, *one), strict=True)) for figure, one in _side_by_side(figures, days)],
        column_widths=[26.0, 24.0, 4.0, 14.0, 16.0, 16.0],
        header_format=Format().set_bold(),
        charts=[
            {
                "type": "column",
                "series": [began, completed],
                "categories": day,
                "title": heading(_CHART, language),
                "row": 1,
                "col": 7,
            }
        ],
    )


def _side_by_side(
    figures: list[tuple[str, Any]], days: list[tuple[str, int, int]]
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    for number in range(max(len(figures), len(days))):
        figure = figures[number] if number < len(figures) else (None, None)
        yield figure, days[number] if number < len(days) else (None, None, None)


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
