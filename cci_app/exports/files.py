"""The files of an export, in each of its forms."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from flask import Flask, current_app

from cci_app.conversation.service import get_conversation
from cci_app.core.errors import Unavailable
from cci_app.exports.record import Record, Writable, open_record
from cci_app.exports.selection import ExportFormat, Selection, Separator
from cci_app.exports.spool import Streamed
from cci_app.exports.workbook import write_workbook

# More conversations than these are no workbook to wait for.
WORKBOOK_AT_ONCE = 20_000
# Each holds a connection to the database, which the people who write need more.
_EXPORTS_AT_ONCE = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 10


@contextmanager
def selected(
    organisation_id: int, selection: Selection, timezone: str | None = None, separator: Separator | None = None
) -> Iterator[Record]:
    """The record of the organisation, with the questions of its assistants.

    `separator` is that of CSV: as asked for, else as the settings say, else as the organisation's language has it.
    Raises InvalidInput for an assistant there is none of.
    """
    wanted = separator or current_app.config["SETTINGS"].csv_separator
    conversation = get_conversation()
    default = conversation.assistant(organisation_id, selection.assistant).name
    with open_record(
        organisation_id, selection, conversation.catalogue.specs(organisation_id), default, timezone
    ) as record:
        record.separator = Separator(wanted) if wanted else record.separator
        yield record


def write_text(record: Record, form: ExportFormat, file: Writable) -> None:
    """Write the record as CSV or JSON."""
    if form is ExportFormat.CSV:
        record.copy_csv(file)
    else:
        record.copy_json(file)


def stream_text(
    organisation_id: int, selection: Selection, form: ExportFormat, separator: Separator | None = None
) -> Streamed:
    """The bytes of a CSV or JSON file while they are made. Raises Unavailable, InvalidInput."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]

    def write(file: Writable) -> None:
        with app.app_context(), _at_once(), selected(organisation_id, selection, separator=separator) as record:
            write_text(record, form, file)

    return Streamed(write)


def make_workbook(organisation_id: int, selection: Selection) -> IO[bytes] | None:
    """A workbook, open for reading and without a name; None where it is too large to wait for.

    Raises Unavailable, InvalidInput.
    """
    with (
        _at_once(),
        selected(organisation_id, selection) as record,
        tempfile.TemporaryDirectory(prefix="cci-export-") as folder,
    ):
        if record.count() > WORKBOOK_AT_ONCE:
            return None
        path = Path(folder) / "export.xlsx"
        write_workbook(record, path)
        return path.open("rb")


def write_file(record: Record, form: ExportFormat, path: Path) -> None:
    """Write the record to `path` in that form."""
    if form is ExportFormat.EXCEL:
        write_workbook(record, path)
        return
    with path.open("wb") as file:
        write_text(record, form, file)


@contextmanager
def _at_once() -> Iterator[None]:
    if not _EXPORTS_AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable("other exports are being made: try again, or ask for a job", retry_after=_WAIT_SECONDS)
    try:
        yield
    finally:
        _EXPORTS_AT_ONCE.release()
