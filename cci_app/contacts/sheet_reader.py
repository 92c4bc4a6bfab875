"""A program, not a module: reads a workbook from standard input, writes its rows to standard output.

It runs in a process of its own because one cell that claims to stand in the last column of the last row makes the
parser ask for half a terabyte, which ends the process that asks. Here that costs nothing: memory and time are limited.
Its one argument is how many rows of a sheet it reads.

Output is a JSON value a line: `{"sheet": name, "hidden": bool}` begins a sheet, `[row number, [cells]]` is a row that
is not blank, `{"cut": true}` says that the sheet has more rows than are read. A cell is a string, a number, a boolean,
or `{"date": "ISO"}`. A workbook that cannot be read is one line `{"error": word}`.
"""

import io
import json
import math
import resource
import sys
import zipfile
from contextlib import suppress
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MEMORY_BYTES = 400 * 1024 * 1024
CPU_SECONDS = 20
UNPACKED_BYTES = 200 * 1024 * 1024
OUTPUT_BYTES = 64 * 1024 * 1024
MAX_SHEETS = 50
MAX_COLUMNS = 200
MAX_CELL = 4_000


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
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("encrypted")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable("damaged") from None
    names = [member.filename.replace("\\", "/").lstrip("/").lower() for member in members]
    if not any(name.startswith("xl/") and name.endswith(".xml") for name in names) or "xl/workbook.bin" in names:
        raise Unreadable("not_excel")
    if "xl/workbook.xml" not in names:
        raise Unreadable("damaged")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("encrypted")
    if sum(member.file_size for member in members) > UNPACKED_BYTES:
        raise Unreadable("too_large")


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


def main() -> None:
    """Read standard input, write the sheets or the word for what is wrong."""
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: CPU_SECONDS, resource.RLIMIT_AS: MEMORY_BYTES}
    for limit, value in limits.items():
        # macOS refuses some of them; there the caller's wall clock remains.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    output = Output()
    try:
        data = sys.stdin.buffer.read()
        check_container(data)
        write_sheets(data, output, int(sys.argv[1]))
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
