"""The sheets of a workbook, read by a process with limits: no upload can exhaust or end the one that serves."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cci_app.contacts.errors import WorkbookError

_READER = Path(__file__).with_name("sheet_reader.py")
_SECONDS = 30.0
MAX_ROWS = 50_000

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")

_SENTENCES = {
    "encrypted": "the workbook is protected by a password: remove it in Excel (File, Info, Protect Workbook) and save",
    "damaged": "the workbook is damaged or incomplete: open it in Excel, save it again as .xlsx and send that file",
    "not_excel": "the file is not an Excel workbook: save the contacts in Excel as .xlsx and send that file",
    "too_large": "the workbook is too large once unpacked: leave only the sheet of contacts in it and save it again",
}
_GAVE_UP = "the workbook could not be read with the memory and time allowed: copy the contacts into a new one and save"


@dataclass(slots=True)
class Sheet:
    """A worksheet. `hidden` as in Excel; `cut` when it has more than MAX_ROWS rows with something in them."""

    name: str
    hidden: bool
    cut: bool = False
    _lines: list[bytes] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Row number as in Excel, and cells from column A: str, int, float, bool or `{"date": "ISO"}`.

        Blank rows are left out.
        """
        for line in self._lines:
            number, cells = json.loads(line)
            yield number, cells


def check_kind(data: bytes) -> None:
    """Raise WorkbookError for what is plainly no Excel workbook, by its first bytes alone."""
    if not data:
        raise WorkbookError("the file is empty: send an Excel workbook (.xlsx)")
    if data.startswith((_ZIP, _OLE)):
        return
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        raise WorkbookError(
            "a web page came instead of a workbook: use the address that downloads the .xlsx file itself"
        )
    raise WorkbookError(_SENTENCES["not_excel"])


def read_sheets(data: bytes) -> list[Sheet]:
    """The worksheets of an .xlsx, .xlsm or .xls workbook. Raises WorkbookError."""
    check_kind(data)
    try:
        # Our own program, by our own interpreter; what is untrusted is its standard input.
        reader = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_READER), str(MAX_ROWS)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
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
    else:
        sheets.append(Sheet(mark["sheet"], mark["hidden"]))
