"""A file that is read while it is written: the reader may be as slow as it likes, the writer is done when it is done.

So a person with a slow line holds neither a database connection nor a snapshot, and memory stays flat.
"""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Self

from cci_app.exports.record import Writable

_CHUNK_BYTES = 256 * 1024


class ReaderGone(Exception):  # noqa: N818
    """Nobody reads any more: the writer is told, so that it stops."""


class Spool:
    """What one thread writes into it, another reads; the file has no name and is gone when both are done."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=_CHUNK_BYTES)  # noqa: SIM115 (closed by the last of the two)
        self._changed = threading.Condition()
        self._written = 0
        self._ended = False
        self._error: BaseException | None = None
        self._abandoned = False

    def write(self, data: bytes, /) -> None:
        """Take these bytes. Raises ReaderGone."""
        if self._abandoned:
            raise ReaderGone
        begun = self._file.tell() > 0
        self._file.write(data)
        # A header alone is not shown: where nothing can follow it, that is to be told as an error.
        if (begun and self._written == 0) or self._file.tell() - self._written >= _CHUNK_BYTES:
            self._show()

    def end(self, error: BaseException | None = None) -> None:
        """There is no more; with an error what was read is no whole file."""
        with self._changed:
            if error is None and not self._abandoned:
                self._file.flush()
                self._written = self._file.tell()
            self._error, self._ended = error, True
            self._changed.notify()
            if self._abandoned:
                self._file.close()

    def chunks(self) -> Iterator[bytes]:
        """What is written, as it comes. Raises what the writer ended with."""
        place = 0
        while True:
            with self._changed:
                while not self._ended and self._written == place:
                    self._changed.wait()
                if self._error is not None:
                    raise self._error
                if self._written == place:
                    return
                available = self._written - place
            chunk = os.pread(self._file.fileno(), min(available, _CHUNK_BYTES), place)
            place += len(chunk)
            yield chunk

    def abandon(self) -> None:
        """Read no more; the writer stops if it is still at work."""
        with self._changed:
            self._abandoned = True
            if self._ended:
                self._file.close()

    def _show(self) -> None:
        with self._changed:
            self._file.flush()
            self._written = self._file.tell()
            self._changed.notify()


class Streamed:
    """The bytes that `write` writes, from a thread of its own; iterate it once, and close it."""

    def __init__(self, write: Callable[[Writable], None], closed: Callable[[], None]) -> None:
        """`closed` is called when nobody reads any more; not where the export does not begin, which is raised."""
        self._spool = Spool()
        self._closed = closed
        self._chunks = self._spool.chunks()
        threading.Thread(target=self._run, args=(write,), name="export", daemon=True).start()
        # The first bytes are waited for, so that what keeps an export from beginning is told as an error.
        try:
            self._first: bytes | None = next(self._chunks, b"")
        except BaseException:
            self._spool.abandon()
            raise

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._chunks)

    def close(self) -> None:
        """Read no more."""
        self._spool.abandon()
        self._closed()

    def _run(self, write: Callable[[Writable], None]) -> None:
        try:
            write(self._spool)
        except BaseException as error:
            self._spool.end(error)
        else:
            self._spool.end()
