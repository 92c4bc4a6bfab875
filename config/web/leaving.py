"""A reply on its way out: whoever reads it slowly holds no thread."""

import select
import socket
import tempfile
from typing import IO, Final

from config.web.arriving import Room

_READ_SECONDS: Final = 5.0
_STALLED_SECONDS: Final = 10.0
_MEMORY_BYTES: Final = 262_144
_PIECE: Final = 65_536
# More than that a thread does not run ahead of its reader.
_AHEAD_BYTES: Final = 67_108_864
# The headers wait for the first of the body, to travel with it.
_JOINED_BYTES: Final = 16_384


class Line:
    """A connection's socket, never blocking, in place of the one that gunicorn's response writes to.

    What the other end does not take at once is kept, on disk beyond 256 KB, and sent when it does: by the thread that
    writes while it writes, by the poller's afterwards. Never by both at once.
    """

    def __init__(self, sock: socket.socket, room: Room) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._room = room
        self._timeout: float | None = _READ_SECONDS
        self._joined = b""
        self._kept = bytearray()
        self._file: IO[bytes] | None = None
        self._file_read = self._file_size = 0
        self.sent = 0

    def fileno(self) -> int:
        """The socket's number."""
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it waits in `recv` or not at all."""

    def settimeout(self, seconds: float | None) -> None:
        """Bound `recv`, which waits for nobody longer than its own bound."""
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        """The bound of `recv`."""
        return self._timeout

    def shutdown(self, how: int) -> None:
        """Close one direction."""
        self._sock.shutdown(how)

    def close(self) -> None:
        """Close it, and forget what was kept."""
        self._drop_file()
        self._sock.close()

    def recv(self, size: int) -> bytes:
        """Read in a thread, which waits a little. Raises TimeoutError."""
        try:
            return self._sock.recv(size)
        except BlockingIOError:
            wait = _READ_SECONDS if self._timeout is None else min(self._timeout, _READ_SECONDS)
            if not self._ready(select.POLLIN, wait):
                raise TimeoutError("nothing more came") from None
            return self._sock.recv(size)

    def recv_now(self, size: int) -> bytes:
        """Read what is there. Raises BlockingIOError where nothing is."""
        return self._sock.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send, or keep. Raises TimeoutError where the other end takes nothing and too much is kept."""
        if not self._joined and len(data) < _JOINED_BYTES and not data.startswith(b"HTTP/1.1 100"):
            self._joined = bytes(data)
            return
        # Taken first: what is kept meanwhile is flushed, and would take it along once more.
        joined, self._joined = self._joined, b""
        self._put(joined + data if joined else data)

    def send(self, data: bytes) -> int:
        """Send as `sendall` does."""
        self.sendall(data)
        return len(data)

    def flush(self) -> bool:
        """Send what is kept as far as the other end takes it; whether all is sent."""
        if self._joined:
            joined, self._joined = self._joined, b""
            self._put(joined)
        while self._file is not None or self._kept:
            if not self._kept and self._file is not None:
                self._file.seek(self._file_read)
                self._kept += self._file.read(_PIECE)
                self._file_read += len(self._kept)
                if self._file_read == self._file_size:
                    self._drop_file()
            taken = self._try(self._kept)
            del self._kept[:taken]
            if self._kept:
                return False
        return True

    def _put(self, data: bytes) -> None:
        if self._kept or self._file is not None:
            self.flush()
        if not self._kept and self._file is None:
            data = memoryview(data)[self._try(data) :].tobytes()
        if data:
            self._keep(data)

    def _try(self, data: bytes | bytearray) -> int:
        taken = 0
        view = memoryview(data)
        try:
            while taken < len(view):
                taken += self._sock.send(view[taken : taken + _PIECE * 4])
        except BlockingIOError:
            pass
        finally:
            view.release()
            self.sent += taken
        return taken

    def _keep(self, data: bytes) -> None:
        if self._file is None and len(self._kept) + len(data) <= _MEMORY_BYTES:
            self._kept += data
            return
        while self._file_size - self._file_read > _AHEAD_BYTES or not self._room.take(len(data)):
            if not self._ready(select.POLLOUT, _STALLED_SECONDS):
                raise TimeoutError("the reply is not read")
            if self.flush():
                self._put(data)
                return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `_drop_file`)
        self._file.seek(self._file_size)
        self._file.write(data)
        self._file_size += len(data)

    def _drop_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._room.give_back(self._file_size)
            self._file, self._file_read, self._file_size = None, 0, 0

    def _ready(self, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._sock, event)
        return bool(poll.poll(seconds * 1000))
