"""The files of an export, in each of its forms."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from cci_app.conversation.service import get_conversation
from cci_app.core.csv_file import Separator, wanted_separator
from cci_app.core.errors import TooManyRequests, Unavailable
from cci_app.core.seats import NoSeat, Seat, Seats
from cci_app.exports.record import Record, Writable, open_record
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.exports.spool import Streamed
from cci_app.exports.workbook import write_workbook

# More conversations than these are no workbook to wait for.
WORKBOOK_AT_ONCE = 20_000
# Each holds a connection to the database, which the people who write need more; of one organisation, only one.
_WAIT_SECONDS = 10.0
_MAKING = Seats(of_one=1, of_all=2, waiting_of_one=2, seconds=_WAIT_SECONDS)
# Files that are being read, by whoever is slow as well: each takes room on the disk until it is read to its end.
_OPEN = Seats(of_one=4, of_all=16)


@contextmanager
def selected(
    organisation_id: int, selection: Selection, timezone: str | None = None, separator: Separator | None = None
) -> Iterator[Record]:
    """The record of the organisation, with the questions of its assistants.

    `separator` is that of CSV: as asked for, else as the settings say, else as the organisation's language has it.
    Raises InvalidInput for an assistant there is none of.
    """
    conversation = get_conversation()
    default = conversation.assistant(organisation_id, selection.assistant).name
    with open_record(
        organisation_id, selection, conversation.catalogue.specs(organisation_id), default, timezone
    ) as record:
        record.separator = wanted_separator(separator) or record.separator
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
        with (
            app.app_context(),
            _seat(_MAKING, organisation_id, "made"),
            selected(organisation_id, selection, separator=separator) as record,
        ):
            write_text(record, form, file)

    seat = _seat(_OPEN, organisation_id, "read")
    try:
        return Streamed(write, seat.give_back)
    except BaseException:
        seat.give_back()
        raise


def make_workbook(organisation_id: int, selection: Selection) -> io.FileIO | None:
    """A workbook, open for reading and without a name; None where it is too large to wait for.

    Raises Unavailable, InvalidInput.
    """
    with ExitStack() as held:
        seat = held.enter_context(_seat(_OPEN, organisation_id, "read"))
        with (
            _seat(_MAKING, organisation_id, "made"),
            selected(organisation_id, selection) as record,
            tempfile.TemporaryDirectory(prefix="cci-export-") as folder,
        ):
            if record.count() > WORKBOOK_AT_ONCE:
                return None
            path = Path(folder) / "export.xlsx"
            write_workbook(record, path)
            file = _SeatedFile(path, seat)
        # Whoever reads the file gives the seat back with it.
        held.pop_all()
        return file


def write_file(record: Record, form: ExportFormat, path: Path) -> None:
    """Write the record to `path` in that form."""
    if form is ExportFormat.EXCEL:
        write_workbook(record, path)
        return
    with path.open("wb") as file:
        write_text(record, form, file)


class _SeatedFile(io.FileIO):
    """A file that gives its reader's seat back when it is closed."""

    def __init__(self, path: Path, seat: Seat) -> None:
        super().__init__(path)
        self._seat = seat

    def close(self) -> None:
        """Close the file, and let somebody else read."""
        super().close()
        self._seat.give_back()


def _seat(seats: Seats, organisation_id: int, done: str) -> Seat:
    try:
        return seats.take(organisation_id)
    except NoSeat as error:
        refused = TooManyRequests if error.of_one else Unavailable
        words = f"other exports are being {done}: try again, or ask for a job"
        raise refused(words, retry_after=int(_WAIT_SECONDS)) from error
