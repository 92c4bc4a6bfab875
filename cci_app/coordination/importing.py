"""Tasks out of CSV: read whole, tried whole, and kept whole or not at all."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from cci_app.coordination.collaborators import named
from cci_app.coordination.models import LONGEST_NAME, LONGEST_TEXT, MOST_HOURS, TaskPriority
from cci_app.coordination.tasks import known_status, write_task
from cci_app.core.csv_file import unguarded
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, InvalidInput
from cci_app.core.text import fold

MOST_ROWS = 1_000
_MOST_FAULTS = 50
_COLUMNS = {
    *("title", "description", "status", "priority", "assignee", "start_date", "due_date", "estimate_hours"),
    "labels",
}
_LABEL_LENGTH = 60


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line of the file."""

    line: int
    field: str
    message: str


@dataclass(slots=True)
class Imported:
    """What became of a file: the ids of its tasks where they are kept."""

    tasks: int = 0
    imported: bool = False
    ids: list[int] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)


class _Undone(Exception):  # noqa: N818 (no error: what was tried is taken back)
    pass


def import_tasks(organisation_id: int, project_id: int, text: str, *, dry_run: bool) -> Imported:
    """Give the tasks of a CSV with a line of names; all of them, or none where a line is wrong or `dry_run` says so.

    Raises InvalidInput for a file that is no such CSV, NotFound for the project.
    """
    made = Imported()
    rows = list(_rows(text))
    try:
        with tenant_transaction(organisation_id) as session:
            for line, row in rows:
                made.tasks += 1
                try:
                    with session.begin_nested():
                        values = _values(row)
                        if (word := values.pop("assignee", None)) is not None:
                            values["assignee_id"] = named(session, organisation_id, word).id
                        task = write_task(session, organisation_id, {"project_id": project_id, **values})
                        made.ids.append(task.id)
                except _WrongCell as wrong:
                    made.faults.append(LineFault(line, wrong.column, wrong.message))
                except InvalidInput as error:
                    column = next(iter(error.details), "") if error.code != "unknown_person" else "assignee"
                    made.faults.append(LineFault(line, str(column), error.message))
                if len(made.faults) >= _MOST_FAULTS:
                    break
            if dry_run or made.faults:
                raise _Undone
    except _Undone:
        made.ids = []
        return made
    made.imported = True
    return made


class _WrongCell(CciError):  # noqa: N818
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = [fold(name).replace(" ", "_") for name in next(reader, [])]
        unknown = [name for name in names if name not in _COLUMNS]
        if unknown or "title" not in names or len(set(names)) != len(names):
            told = f"the first line names the columns, title among them; there are: {', '.join(sorted(_COLUMNS))}"
            raise InvalidInput(told, details={"csv": [told, *(f"unknown: {name[:60]}" for name in unknown[:5])]})
        count = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if (count := count + 1) > MOST_ROWS:
                told = f"at most {MOST_ROWS} lines at once"
                raise InvalidInput(told, details={"csv": [told]})
            # A shorter line has nothing in its last columns.
            yield reader.line_num, dict(zip(names, [unguarded(cell.strip()) for cell in cells], strict=False))
    except csv.Error as error:
        told = f"line {reader.line_num} is no CSV: {error}"
        raise InvalidInput(told, details={"csv": [told]}) from error


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {"title": _text(row, "title", LONGEST_NAME)}
    if not values["title"]:
        raise _WrongCell("title", "a task needs a title")
    values["description"] = _text(row, "description", LONGEST_TEXT)
    if status := row.get("status"):
        values["status"] = known_status(fold(status).replace(" ", "_"))
    if priority := fold(row.get("priority", "")):
        if priority not in {each.value for each in TaskPriority}:
            raise _WrongCell("priority", f"one of {', '.join(TaskPriority)}, not {priority[:40]}")
        values["priority"] = priority
    if assignee := row.get("assignee"):
        values["assignee"] = assignee
    for column in ("start_date", "due_date"):
        if row.get(column):
            values[column] = _day(column, row[column])
    if row.get("estimate_hours"):
        values["estimate_hours"] = _hours(row["estimate_hours"])
    if labels := [label.strip()[:_LABEL_LENGTH] for label in row.get("labels", "").split("|") if label.strip()]:
        values["labels"] = labels
    return values


def _text(row: Mapping[str, str], column: str, longest: int) -> str:
    text = row.get(column, "")
    if len(text) > longest:
        raise _WrongCell(column, f"at most {longest} characters")
    return text


def _day(column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _WrongCell(column, f"write a day as 2026-02-13, not {text[:40]}") from None


def _hours(text: str) -> Decimal:
    try:
        hours = Decimal(text.replace(",", "."))
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite() or not 0 <= hours <= MOST_HOURS:
        raise _WrongCell("estimate_hours", f"write hours as 6.5, not {text[:40]}")
    return hours.quantize(Decimal("0.01"))
