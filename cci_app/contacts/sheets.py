"""The sheets of a workbook, read by a process with limits: no upload can exhaust or end the one that serves."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.kinds import kind_of

_READER = Path(__file__).with_name("sheet_reader.py")
_SECONDS = 30.0
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
        # Our own program, by our own interpreter; what is untrusted is its standard input.
        reader = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_READER), kind, str(MAX_ROWS)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            env={"LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorkbookError(_GAVE_UP) from error
    if reader.returncode != 0:
        raise WorkbookError(_GAVE_UP)
    sheets: list[Sheet] = []
    for line in reader.stdout.splitlines():
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
