"""A request on its way in: kept until it is whole, or has no right to more time."""

import re
import tempfile
import threading
from dataclasses import dataclass, field
from typing import IO, Any, Final

from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]

MEMORY_BYTES: Final = 65_536
_HEADERS_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:([^\r]*)", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CONTINUE: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pace:
    """The time that something may take: so many seconds, and one more for every `rate` bytes that moved."""

    seconds: float
    rate: float = float("inf")

    def late(self, since: float, moved: int, now: float) -> bool:
        """Whether that time is over."""
        return now > since + self.seconds + moved / self.rate


# Of the slowest honest sender and reader: a telephone at the edge of its network.
HEADERS: Final = Pace(10)
BODY: Final = Pace(20, 16_384)
REPLY: Final = Pace(30, 4_096)


class Room:
    """The bytes on disk that all connections of a process may take together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take that much; False where there is not enough left."""
        with self._lock:
            if self._taken + size > self._most:
                return False
            self._taken += size
            return True

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._taken -= size


class Refused(Exception):  # noqa: N818
    """This request is not taken in; the status line says why."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.answer = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()


class _Chunks:
    """Finds the end of a chunked body. What is no such body ends at once: the parser will say what is wrong with it.

    `most` is the largest body that is waited for.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._line = bytearray()
        self._left = 0
        self._last = False

    def end(self, data: bytes) -> bool:
        """Whether the body ends in `data`, which follows what was given before. Raises Refused for a large chunk."""
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            stop = data.find(b"\n", at)
            self._line += data[at : stop if stop >= 0 else len(data)]
            if stop < 0 or len(self._line) > MEMORY_BYTES:
                return len(self._line) > MEMORY_BYTES
            at = stop + 1
            line = bytes(self._line).strip()
            self._line.clear()
            if self._last:
                if not line:
                    return True
                continue
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                return True
            if size < 0:
                return True
            if size > self._most:
                raise Refused("413 Content Too Large")
            self._last = size == 0
            self._left = size + 2 if size else 0
        return False


@dataclass(slots=True, eq=False)
class Arriving:
    """A request as far as it is there; `since` is when its time began, by the monotonic clock.

    `most` is the largest body that is waited for: of a larger one the application hears with its headers.
    """

    since: float
    most: int
    room: Room
    size: int = 0
    whole: bool = False
    cut: bool = False
    _bytes: bytearray = field(default_factory=bytearray)
    _file: IO[bytes] | None = None
    _on_disk: int = 0
    _head: int = 0
    _due: int = 0
    _chunks: _Chunks | None = None

    def take(self, data: bytes) -> bool:
        """Take in what came; whether the sender waits to be told to go on. Raises Refused.

        `whole` tells afterwards whether the request can be worked on.
        """
        self.size += len(data)
        self._keep(data)
        if self._head:
            self._look(data)
            return False
        end = self._bytes.find(_HEADERS_END, max(0, self.size - len(data) - 3))
        if end >= 0:
            self._head = end + len(_HEADERS_END)
            head = bytes(self._bytes[:end])
            self._frame(head)
            self._look(bytes(self._bytes[self._head :]))
            return not self.whole and _CONTINUE.search(head) is not None
        if self.size > MEMORY_BYTES:
            raise Refused("431 Request Header Fields Too Large")
        return False

    def late(self, now: float) -> bool:
        """Whether whoever sends this is too slow."""
        return (BODY if self._head else HEADERS).late(self.since, self.size, now)

    def reader(self, sock: Any) -> "ArrivedUnreader":
        """What a parser reads the request from, and then the socket."""
        reader = ArrivedUnreader(sock, self._file)
        if self._file is None:
            reader.unread(bytes(self._bytes))
        else:
            self._file.seek(0)
        return reader

    def forget(self) -> None:
        """Give back what it took."""
        self._bytes.clear()
        if self._file is not None:
            self._file.close()
            self.room.give_back(self._on_disk)
            self._file, self._on_disk = None, 0

    def _keep(self, data: bytes) -> None:
        if self._file is None and (not self._head or len(self._bytes) + len(data) <= MEMORY_BYTES):
            self._bytes += data
            return
        if not self.room.take(len(data) + (0 if self._file else len(self._bytes))):
            raise Refused("503 Service Unavailable")
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `forget`)
            self._file.write(self._bytes)
            self._on_disk = len(self._bytes)
            self._bytes.clear()
        self._file.write(data)
        self._on_disk += len(data)

    def _frame(self, head: bytes) -> None:
        """Learn from the headers where the body ends. What contradicts itself is the parser's to refuse."""
        lengths = [found.strip() for found in _LENGTH.findall(head)]
        if _ENCODING.search(head):
            self._chunks = None if lengths else _Chunks(self.most)
            self.whole = bool(lengths)
        elif len(lengths) > 1 or (lengths and not (lengths[0].isdigit() and len(lengths[0]) < 20)):
            self.whole = True
        elif lengths:
            self._due = int(lengths[0])
            self.cut = self.whole = self._due > self.most

    def _look(self, data: bytes) -> None:
        body = self.size - self._head
        if self.whole:
            return
        if self._chunks is None:
            self.whole = body >= self._due
        elif self._chunks.end(data):
            self.whole = True
        elif body > self.most:
            self.cut = self.whole = True


class ArrivedUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn carries no types
    """Gives a parser what has arrived, and only then what is still to come."""

    def __init__(self, sock: Any, file: IO[bytes] | None) -> None:
        super().__init__(sock)
        self._file = file

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece."""
        data = self._file.read(max(size_hint or 0, MEMORY_BYTES)) if self._file else b""
        return data or super().chunk(size_hint)

    def rest(self) -> bytes:
        """What has arrived beyond the request that was read."""
        rest: bytes = self.take_buffered()
        return rest + (self._file.read() if self._file else b"")
