"""One sheet of a spreadsheet as a table whose rows are told apart by a key.

The values are written RAW, so that nothing in them becomes a formula. Every write names its rows and columns, so that a
write that is repeated changes nothing: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote

from cci_app.integrations.errors import DeliveryFailed
from cci_app.integrations.google import Google, accepted
from cci_app.integrations.ports import Cell

PAGE_ROWS = 5_000
BATCH_BYTES = 1_000_000
# A longer text is refused by Google; it is cut where everybody sees it, and whole in the file of the export.
LONGEST_CELL = 50_000
_CUT = "… [cut: {length:,} characters in all]"

Values = Sequence[str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Known:
    """A row that is in the sheet: its number, counted from 1, and a digest of our columns of it."""

    number: int
    digest: bytes


@dataclass(slots=True)
class Content:
    """What is in a sheet: the numbers of our columns, counted from 0; the rows by key; the first free row."""

    columns: tuple[int, ...]
    rows: dict[str, Known]
    free: int


class Sheet:
    """The sheet `title` of a spreadsheet, which is added when it is not there."""

    def __init__(self, google: Google, base_url: str, spreadsheet_id: str, title: str) -> None:
        self._google = google
        self._url = f"{base_url.rstrip('/')}/v4/spreadsheets/{quote(spreadsheet_id, safe='')}"
        self._title = title
        self._properties: Mapping[str, Any] = {}
        self.link = ""

    def find(self) -> bool:
        """Look the sheet up; whether it is there. Raises DeliveryFailed where the spreadsheet cannot be read."""
        body = self._call("GET", "", "read the spreadsheet", params={"fields": "spreadsheetUrl,sheets.properties"})
        self.link = str(body.get("spreadsheetUrl", ""))
        for sheet in body.get("sheets", ()):
            if sheet["properties"]["title"] == self._title:
                self._properties = sheet["properties"]
                return True
        return False

    def ensure(self) -> None:
        """Add the sheet when it is not there."""
        if not self.find():
            added = {"addSheet": {"properties": {"title": self._title, "gridProperties": {"frozenRowCount": 1}}}}
            answer = self._google.call("POST", f"{self._url}:batchUpdate", json={"requests": [added]})
            # A repeated call, or another job, may have added it meanwhile.
            if not self.find():
                accepted(answer, self._google, "add a sheet")
                raise DeliveryFailed(f"the sheet {self._title} could not be added to the spreadsheet")

    def touch(self) -> None:
        """Write the spreadsheet's title as it is, which takes the right to write and changes nothing."""
        title = self._call("GET", "", "read the spreadsheet", params={"fields": "properties.title"})
        same = {"updateSpreadsheetProperties": {"properties": title["properties"], "fields": "title"}}
        self._call("POST", ":batchUpdate", "write to the spreadsheet", json={"requests": [same]})

    def read(self, header: Sequence[str], key: str) -> Content:
        """What is there now. Columns of ours that its first row does not name are added at its end."""
        self.find()
        present = [str(value) for row in self._values(1, 1) for value in row]
        columns: list[int] = []
        width = len(present)
        for name in header:
            if name in present:
                columns.append(present.index(name))
            else:
                columns.append(width)
                width += 1
        if width > len(present):
            self.grow(1, width)
            self.write(columns, [(1, list(header))])
        content = Content(tuple(columns), {}, 2)
        key_column = columns[list(header).index(key)]
        for number, values in self._rows():
            if any(value != "" for value in values):
                content.free = number + 1
            named = values[key_column] if key_column < len(values) else ""
            if named != "":
                ours = [values[column] if column < len(values) else "" for column in columns]
                content.rows.setdefault(str(named), Known(number, digest(ours)))
        return content

    def grow(self, rows: int, columns: int) -> None:
        """Have at least so many rows and columns; they are added, never set: others may have added some too."""
        sheet_id, grid = self._properties["sheetId"], self._properties.get("gridProperties", {})
        missing = {"ROWS": rows - self._row_count, "COLUMNS": columns - grid.get("columnCount", 0)}
        changes = [
            {"appendDimension": {"sheetId": sheet_id, "dimension": dimension, "length": length}}
            for dimension, length in missing.items()
            if length > 0
        ]
        if not changes:
            return
        answer = self._google.call("POST", f"{self._url}:batchUpdate", json={"requests": changes})
        if answer.status_code == 400:
            raise DeliveryFailed("the spreadsheet has no room for so many rows: export a shorter time")
        accepted(answer, self._google, "write to the spreadsheet")
        self.find()

    def write(self, columns: Sequence[int], rows: Sequence[tuple[int, Values]]) -> None:
        """Write values into our columns of the rows with these numbers."""
        data = [
            {
                "range": self._range(rows_together[0][0], rows_together[-1][0], columns[first], columns[last]),
                "majorDimension": "ROWS",
                "values": [list(values[first : last + 1]) for _, values in rows_together],
            }
            for rows_together in _neighbours(rows)
            for first, last in _runs(columns)
        ]
        body = {"valueInputOption": "RAW", "data": data}
        self._call("POST", "/values:batchUpdate", "write to the spreadsheet", json=body)

    @property
    def _row_count(self) -> int:
        return int(self._properties.get("gridProperties", {}).get("rowCount", 0))

    def _rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows below the first, with their numbers."""
        for start in range(2, self._row_count + 1, PAGE_ROWS):
            yield from enumerate(self._values(start, min(start + PAGE_ROWS - 1, self._row_count)), start)

    def _values(self, first: int, last: int) -> list[list[Any]]:
        """The values of some rows; Google leaves out what is empty at the end, of a row and of all."""
        parameters = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
        path = f"/values/{quote(self._range(first, last), safe='')}"
        values: list[list[Any]] = self._call("GET", path, "read the spreadsheet", params=parameters).get("values", [])
        return values

    def _range(self, first: int, last: int, left: int | None = None, right: int | None = None) -> str:
        title = self._title.replace("'", "''")
        if left is None or right is None:
            return f"'{title}'!{first}:{last}"
        return f"'{title}'!{_letters(left)}{first}:{_letters(right)}{last}"

    def _call(self, method: str, path: str, purpose: str, **options: Any) -> dict[str, Any]:
        return accepted(self._google.call(method, self._url + path, **options), self._google, purpose)


def plain(cell: Cell) -> str | int | float | bool:
    """A cell as the sheet has it: moments as text, nothing as an empty text (Google skips null)."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and len(cell) > LONGEST_CELL:
        mark = _CUT.format(length=len(cell))
        return cell[: LONGEST_CELL - len(mark)] + mark
    return cell


def digest(values: Iterable[Any]) -> bytes:
    """A short name of a row's values, by which it is seen whether they have changed."""
    # Google gives back 2 for 2.0.
    same = [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]
    return hashlib.blake2b(json.dumps(same).encode(), digest_size=12).digest()


def _neighbours(rows: Sequence[tuple[int, Values]]) -> Iterator[list[tuple[int, Values]]]:
    """Rows whose numbers follow each other, together."""
    for _, group in groupby(enumerate(rows), lambda pair: pair[1][0] - pair[0]):
        yield [row for _, row in group]


def _runs(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last index of columns whose numbers follow each other."""
    for _, group in groupby(enumerate(columns), lambda pair: pair[1] - pair[0]):
        indexes = [index for index, _ in group]
        yield indexes[0], indexes[-1]


def _letters(column: int) -> str:
    """A column's name in A1 notation: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
