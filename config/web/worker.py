"""gunicorn's worker of threads, in which a thread is given to requests that are there, and to nothing else.

A request is waited for, a reply that is read slowly is sent, and a connection without a request is kept by the one
thread that also takes connections in. So a thousand slow or idle ones cost no other person a wait.
"""

import heapq
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from functools import partial
from typing import Any, Final

from gunicorn.http import get_parser  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from config.settings import get_settings
from config.web import ARRIVED_AT
from config.web.arriving import REPLY, Arriving, Pace, Refused, Room
from config.web.leaving import Line

# What a form is beside the file in it.
_FORM_BYTES: Final = 1_048_576
_DISK_BYTES: Final = 536_870_912
_PIECE: Final = 65_536
_ACCEPTED_AT_ONCE: Final = 32
_LOOK_SECONDS: Final = 0.5
_LINGER: Final = Pace(2)
# Of a process that ends: for a request that an idle connection may be sending, and for one that is under way.
_IDLE_SECONDS: Final = 1.0
_ENDING_SECONDS: Final = 5.0


class Stage(Enum):
    """What a connection is about. All but WORKING are the poller's."""

    IDLE = "idle"
    ARRIVING = "arriving"
    WORKING = "working"
    LEAVING = "leaving"
    LINGERING = "lingering"


class Connection(TConn):  # type: ignore[misc]  # gunicorn carries no types
    """A connection and what it is about; `since` is when that began."""

    def __init__(self, cfg: Any, line: Line, client: Any, server: Any, arriving: Arriving) -> None:
        super().__init__(cfg, line, client, server)
        self.line = line
        self.address = client[0] if isinstance(client, tuple) else ""
        self.stage = Stage.ARRIVING
        self.since = time.monotonic()
        self.arriving = arriving
        self.keep = False
        self.watched = False
        self.closed = False

    @property
    def busy(self) -> bool:
        """Whether something of a request or a reply has moved."""
        return self.stage is Stage.LEAVING or self.arriving.size > 0


class WebWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no types
    """Takes in every connection that was made before its end, and lets no other be made.

    gunicorn's own keeps its sockets open until the last request is answered: whoever connects meanwhile is not refused,
    which a proxy or a client would take for a reason to try again, but cut off without an answer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = get_settings()
        self._most_bytes = max(settings.max_body_bytes, settings.max_upload_bytes + _FORM_BYTES)
        self._most_of_address = settings.web_connections_per_address
        self._room = Room(_DISK_BYTES)
        self._waiting: set[Connection] = set()
        self._of_address: Counter[str] = Counter()
        self._looked = 0.0
        self._ends = float("inf")
        self._in_thread = threading.local()

    def load_wsgi(self) -> None:
        """Tell the application when a request was there: the wait for a thread counts, too."""
        super().load_wsgi()
        application: Callable[..., Any] = vars(self)["wsgi"]

        def timed(environ: dict[str, Any], start_response: Any) -> Any:
            environ[ARRIVED_AT] = self._in_thread.arrived
            return application(environ, start_response)

        self.wsgi = timed

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to take in connections; for good when the process is to end."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                while self._accept_one(listener):
                    pass
                listener.close()

    def accept(self, listener: socket.socket) -> None:
        """Take in connections that were made."""
        for _ in range(_ACCEPTED_AT_ONCE):
            if not self._accept_one(listener):
                return

    def _accept_one(self, listener: socket.socket) -> bool:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        arriving = Arriving(time.monotonic(), self._most_bytes, self._room)
        line = Line(client, self._room)
        connection = Connection(self.cfg, line, address, listener.getsockname(), arriving)
        self.nr_conns += 1
        self._of_address[connection.address] += 1
        self._waiting.add(connection)
        if self.nr_conns >= self.worker_connections - 1:
            self._close_longest_waiting(1 + self.worker_connections // 100)
        if address and self._most_of_address and self._of_address[connection.address] > self._most_of_address:
            self._close_longest_waiting(1, connection.address)
        if connection in self._waiting:
            self._watch(connection, selectors.EVENT_READ, self._readable)
        return True

    def _close_longest_waiting(self, number: int, address: str | None = None) -> None:
        """Make way for others: who sends and reads nothing goes first."""
        candidates = [one for one in self._waiting if address is None or one.address == address]
        for one in heapq.nsmallest(number, candidates, key=lambda one: (one.busy, one.since)):
            self._close(one)

    def _await_next(self, connection: Connection, rest: bytes) -> None:
        """Wait for another request, of which `rest` is already there."""
        connection.stage, connection.since = Stage.IDLE, time.monotonic()
        connection.arriving = Arriving(connection.since, self._most_bytes, self._room)
        if rest:
            self._take(connection, rest)
        else:
            self._watch(connection, selectors.EVENT_READ, self._readable)

    def _readable(self, connection: Connection, _line: object = None) -> None:
        try:
            data = connection.line.recv_now(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)
            return
        if connection.stage is Stage.LINGERING:
            if not data:
                self._close(connection)
        elif data:
            self._take(connection, data)
        elif connection.arriving.size:
            # The parser says what is wrong with a request that ends too early.
            self._work(connection)
        else:
            self._close(connection)

    def _take(self, connection: Connection, data: bytes) -> None:
        arriving = connection.arriving
        if connection.stage is Stage.IDLE:
            connection.stage, connection.since = Stage.ARRIVING, time.monotonic()
            arriving.since = connection.since
        try:
            if arriving.take(data):
                connection.line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        except Refused as refused:
            self._refuse(connection, refused.answer)
            return
        except OSError:
            self._close(connection)
            return
        if arriving.whole:
            self._work(connection)
            return
        if not connection.watched:
            self._watch(connection, selectors.EVENT_READ, self._readable)

    def _refuse(self, connection: Connection, answer: bytes) -> None:
        try:
            connection.line.sendall(answer)
            connection.line.flush()
        except OSError:
            self._close(connection)
            return
        self._linger(connection)

    def _work(self, connection: Connection) -> None:
        """Give a request that is there to a thread."""
        arriving = connection.arriving
        self._unwatch(connection)
        self._waiting.discard(connection)
        connection.stage, connection.since = Stage.WORKING, time.monotonic()
        connection.parser = get_parser(self.cfg, connection.sock, connection.client)
        connection.parser.unreader = arriving.reader(connection.line)
        connection.initialized = True
        self.enqueue_req(connection)

    def handle(self, conn: Connection) -> bool:
        """Work on a request, in a thread; whether the connection is kept."""
        self._in_thread.arrived = conn.since
        keep = bool(super().handle(conn))
        conn.line.flush()
        return keep

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        if conn.arriving.cut:
            return False
        return bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Connection, fs: "Future[bool]") -> None:
        """Go on with a connection whose request was answered, in the poller's thread."""
        failed = fs.cancelled() or fs.exception() is not None
        conn.keep = not failed and fs.result()
        if failed:
            self._close(conn)
            return
        conn.stage, conn.since = Stage.LEAVING, time.monotonic()
        conn.line.sent = 0
        self._waiting.add(conn)
        self._leave(conn)

    def _leave(self, connection: Connection, _line: object = None) -> None:
        try:
            if not connection.line.flush():
                self._watch(connection, selectors.EVENT_WRITE, self._leave)
                return
        except (OSError, ValueError):
            self._close(connection)
            return
        self._unwatch(connection)
        rest = connection.parser.unreader.rest() if connection.keep else b""
        connection.arriving.forget()
        if connection.keep:
            self._await_next(connection, rest)
        else:
            self._linger(connection)

    def _linger(self, connection: Connection) -> None:
        """Close politely: what the other end still sends must not cost it the reply."""
        connection.stage, connection.since = Stage.LINGERING, time.monotonic()
        self._waiting.add(connection)
        try:
            connection.line.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        self._watch(connection, selectors.EVENT_READ, self._readable)

    def _watch(self, connection: Connection, event: int, then: Callable[..., None]) -> None:
        change = self.poller.modify if connection.watched else self.poller.register
        change(connection.line, event, partial(then, connection))
        connection.watched = True

    def _unwatch(self, connection: Connection) -> None:
        if connection.watched:
            self.poller.unregister(connection.line)
            connection.watched = False

    def _close(self, connection: Connection) -> None:
        if connection.closed:
            # Two events of one round may both end it.
            return
        connection.closed = True
        self._unwatch(connection)
        self._waiting.discard(connection)
        connection.arriving.forget()
        connection.line.close()
        self.nr_conns -= 1
        self._of_address[connection.address] -= 1
        if not self._of_address[connection.address]:
            del self._of_address[connection.address]

    def murder_keepalived(self, force: bool = False) -> None:
        """Close those whose time is over; all, at the very end."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS and not force:
            return
        self._looked = now
        for connection in list(self._waiting):
            ends = now > self._ends and connection.stage is not Stage.LEAVING
            if force or ends or self._is_late(connection, now):
                if connection.stage is Stage.ARRIVING and connection.arriving.size:
                    self._refuse(connection, Refused("408 Request Timeout").answer)
                else:
                    self._close(connection)

    def _is_late(self, connection: Connection, now: float) -> bool:
        match connection.stage:
            case Stage.IDLE:
                return Pace(self.cfg.keepalive).late(connection.since, 0, now)
            case Stage.ARRIVING:
                return connection.arriving.late(now)
            case Stage.LEAVING:
                return REPLY.late(connection.since, connection.line.sent, now)
            case _:
                return _LINGER.late(connection.since, 0, now)

    def _cap_keepalive(self, deadline: float) -> None:  # noqa: ARG002 (the names are gunicorn's)
        """At the end of the process: who is idle goes soon, who is sending a little later."""
        now = time.monotonic()
        for connection in self._waiting:
            if connection.stage is Stage.IDLE:
                connection.since = min(connection.since, now + _IDLE_SECONDS - self.cfg.keepalive)
        self._ends = now + _ENDING_SECONDS
