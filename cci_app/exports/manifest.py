"""What an export says of itself, and whether the database still says the same."""

import csv
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from cci_app.core.csv_file import Separator, unguarded
from cci_app.exports.columns import ColumnKind
from cci_app.exports.files import selected
from cci_app.exports.record import Record
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.integrations.ports import Cell, Parcel


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a file: made from the snapshot that the file was made from, and kept with its job.

    `days` maps each day on which a conversation began to how many there were and a hash of what the export says of
    them, with the messages where `hashes_messages`; `columns` are headings with their kinds; `first_id` and `last_id`
    name conversations.
    """

    name: str
    form: str
    filters: dict[str, str]
    timezone: str
    rows: int
    first_id: str | None
    last_id: str | None
    bytes: int
    sha256: str
    days: dict[str, list[Any]]
    columns: list[list[str]]
    key: str
    # Manifests of earlier versions have neither of these.
    hashes_messages: bool = False
    separator: str = Separator.COMMA

    @classmethod
    def of(cls, record: Record, form: ExportFormat, path: Path, name: str) -> Self:
        """The manifest of the file at `path`, which was made of that record and is to be called `name`."""
        first, last = record.ends()
        days: dict[str, list[Any]] = {
            day: list(then) for day, then in record.hashes(with_messages=form.has_messages).items()
        }
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(
            name=name,
            form=form,
            filters=record.selection.as_json(),
            timezone=record.timezone,
            rows=sum(day[0] for day in days.values()),
            first_id=first,
            last_id=last,
            bytes=path.stat().st_size,
            sha256=sha256,
            days=days,
            columns=[[column.heading, column.kind] for column in record.layout.columns],
            key=record.layout.key,
            hashes_messages=form.has_messages,
            separator=record.separator,
        )

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return asdict(self)

    def parcel(self, path: Path) -> Parcel:
        """The file at `path`, for a destination; its rows are read from it when it is CSV."""

        def rows() -> Iterator[list[Cell]]:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, delimiter=Separator(self.separator).sign)
                next(lines)
                kinds = [ColumnKind(kind) for _, kind in self.columns]
                for line in lines:
                    yield [_cell(kind, cell) for kind, cell in zip(kinds, line, strict=True)]

        return Parcel(
            path=path,
            name=self.name,
            content_type=ExportFormat(self.form).content_type,
            size=self.bytes,
            sha256=self.sha256,
            header=[heading for heading, _ in self.columns],
            key=self.key,
            rows=rows,
        )


def _cell(kind: ColumnKind, cell: str) -> Cell:
    if not cell:
        return None
    match kind:
        case ColumnKind.INTEGER:
            return int(cell)
        case ColumnKind.SHARE:
            return float(cell)
        case ColumnKind.MOMENT:
            return datetime.fromisoformat(cell)
        case _:
            return unguarded(cell)


def reconcile(organisation_id: int, job_id: uuid.UUID, manifest: Manifest) -> dict[str, Any]:
    """Hold an export against the database as it is now, day by day, as ReconciliationResponse.

    A day differs where conversations are missing or were added, or where what the export says of one has changed; of a
    workbook, which holds the messages too, also where a message has.
    """
    with selected(organisation_id, Selection.from_json(manifest.filters), manifest.timezone) as record:
        now = record.hashes(with_messages=manifest.hashes_messages)
    nothing = (0, "")
    days = []
    for day in sorted(manifest.days.keys() | now.keys()):
        then, today = tuple(manifest.days.get(day, nothing)), now.get(day, nothing)
        if then != today:
            difference = "missing" if today[0] < then[0] else "added" if today[0] > then[0] else "changed"
            days.append({"day": day, "rows_then": then[0], "rows_now": today[0], "difference": difference})
    return {
        "job_id": job_id,
        "same": not days,
        "rows_then": manifest.rows,
        "rows_now": sum(day[0] for day in now.values()),
        "days": days,
    }
