"""The sheets of a workbook, read by a process with limits: no upload can exhaust or end the one that serves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.kinds import kind_of
from cci_app.core.sandbox import Allowance, Exceeded, Excess, run

log = structlog.get_logger(__name__)

_READER = Path(__file__).with_name("sheet_reader.py")
# The reader itself ends its output at 64 MB.
ALLOWED = Allowance(seconds=30.0, processor_seconds=20, memory_bytes=400 * 1024 * 1024, output_bytes=72 * 1024 * 1024)
MAX_ROWS = 50_000
LAST_COLUMN = 199  # as far as the reader reads

_SENTENCES = {
    "encrypted": "the workbook is protected by a password: remove it in Excel (File, Info, Protect Workbook) and save",
    "damaged": "the workbook is damaged or incomplete: open it in Excel, save it again as .xlsx and send that file",
    "not_excel": "the file is not an Excel workbook: save the contacts in Excel as .xlsx and send that file",
    "word": "the file is no Excel workbook but a Word document: copy the contacts into Excel and send that workbook",
    "slides": "the file is no Excel workbook but a presentation: copy the contacts into Excel and send that workbook",
    "numbers": "the file is a spreadsheet of Numbers: in Numbers choose File, Export To, Excel, and send that file",
    "archive": "the file is no Excel workbook but a compressed folder: unpack it and send the workbook in it",
    "other_xml": "the file is XML, but no workbook of Excel: open it in Excel, save it as .xlsx and send that file",
    "no_table": "the file is a web page (HTML) without a table: open it in Excel, save it as .xlsx and send that file",
    "too_large": "the workbook is too large once unpacked: leave only the sheet of contacts in it and save it again",
}
_GAVE_UP = "the workbook could not be read with the memory and time allowed: copy the contacts into a new one and save"


@dataclass(slots=True)
class Sheet:
    """A worksheet. `hidden` as in Excel; `cut` when it has more than MAX_ROWS rows with something in them.

    `merged` are the merged cells: first row, first column, last row, last column; rows as in Excel, columns from 0.
    """

    name: str
    hidden: bool
    cut: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    _lines: list[bytes] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Row number as in Excel, and cells from column A: str, int, float, bool or `{"date": "ISO"}`.

        Blank rows are left out.
        """
        for line in self._lines:
            number, cells = json.loads(line)
            yield number, cells

    def filled(self) -> Iterator[tuple[int, list[Any], frozenset[int]]]:
        """The rows as `rows` gives them, with the value of a merged cell in each cell that is part of it.

        The third value are the columns that got theirs from a cell above.
        """
        waiting = sorted(self.merged, reverse=True)
        begun: list[tuple[int, int, int, int, Any]] = []
        for number, cells in self.rows():
            while waiting and waiting[-1][0] <= number:
                first, left, last, right = waiting.pop()
                value = cells[left] if first == number and left < len(cells) else ""
                begun.append((first, left, last, right, value))
            begun = [merged for merged in begun if merged[2] >= number]
            from_above = set()
            for first, left, _, right, value in begun:
                cells += [""] * (min(right, LAST_COLUMN) + 1 - len(cells))
                for column in range(left, min(right, LAST_COLUMN) + 1):
                    if cells[column] == "" and value != "":
                        cells[column] = value
                        if first < number:
                            from_above.add(column)
            yield number, cells, frozenset(from_above)


def read_sheets(data: bytes) -> list[Sheet]:
    """The worksheets of a workbook, the tables of a page, or a text with separators. Raises WorkbookError."""
    kind = kind_of(data)
    try:
        lines = run(_READER, [kind, str(MAX_ROWS)], data, ALLOWED).splitlines()
    except Exceeded as ended:
        if ended.excess is Excess.FAULT:
            log.error("sheet_reader_failed", code=ended.code, error=ended.error)
        raise WorkbookError(_GAVE_UP) from ended
    sheets: list[Sheet] = []
    for line in lines:
        if line.startswith(b"["):
            sheets[-1]._lines.append(line)
        elif line:
            _mark(json.loads(line), sheets)
    return sheets


def _mark(mark: dict[str, Any], sheets: list[Sheet]) -> None:
    if "error" in mark:
        raise WorkbookError(_SENTENCES[mark["error"]])
    if "cut" in mark:
        sheets[-1].cut = True
    elif "merged" in mark:
        sheets[-1].merged.extend(map(tuple, mark["merged"]))
    else:
        sheets.append(Sheet(mark["sheet"], mark["hidden"]))
