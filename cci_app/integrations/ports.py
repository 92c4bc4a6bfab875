"""What a delivery is made of: the file, whoever takes it, and how far it has come."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A finished export, as a file and as rows.

    `path` is a file on this machine of `size` bytes with that `sha256` (hexadecimal); it has to stay as it is until
    `deliver` returns. `name` is the name it is to have, with its extension; a destination mends what it cannot take.
    `rows` begins the rows of the file anew at each call, for destinations that keep rows. Each row has the columns of
    `header`; what stands in the column `key` names the row, in every export anew, and no two rows have the same.
    Moments are in the time zone that people are to read.
    """

    path: Path
    name: str
    content_type: str
    size: int
    sha256: str
    header: Sequence[str]
    key: str
    rows: Callable[[], Iterator[Sequence[Cell]]]


class Progress(Protocol):
    """What a delivery tells of itself, and what it leaves to whoever goes on with it after the worker died.

    Each call raises jobs.claims.ClaimLost when the job is no longer this worker's; a delivery lets it pass.
    """

    @property
    def checkpoint(self) -> Mapping[str, Any]:
        """What was kept last, by this worker or by one before it; empty at first."""

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        """Keep this JSON in place of the last one, committed before the call returns. It holds nothing secret."""

    def step(self, text: str) -> None:
        """Begin a step; `text` is a few English words for whoever looks at the job."""

    def advance(self, done: int, total: int) -> None:
        """So much of the delivery is there: bytes of a file, rows of a sheet."""


class Destination(Protocol):
    """Somewhere an export is put."""

    def deliver(self, parcel: Parcel, progress: Progress) -> str | None:
        """Put the export there, whole or not at all, and return a link for people where there is one.

        Repeated with the same parcel and the checkpoint that was kept, it goes on where it was, and does nothing where
        it had come to its end; what the checkpoint says of another parcel, by its hash, is given up. Raises
        DeliveryFailed for what will not come by waiting, with a sentence that says what to do, and Unavailable for what
        may; its `retry_after` says when to come back. Neither repeats a secret.
        """
