"""Connections to PostgreSQL that are cut when the deadline of their user has passed.

A server that is stopped, or gone with its network, answers no `statement_timeout`, and the driver would wait for it for
good. Its socket is shut down from another thread: the wait ends with an error of the connection, which the pool throws
away. A connection is watched from its checkout to its return, so that a statement costs nothing more.
"""

import os
import socket
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from typing import Any

import psycopg2
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from cci_app.core.background import Background
from cci_app.core.deadline import waiting_until

# Every deadline ends so much later at most.
_TICK_SECONDS = 0.05
_CONNECT_SECONDS = 3
_LINE = "line"


class BoundedPool(sa.QueuePool):
    """A pool in which nobody waits for a free connection past their deadline."""

    _longest_wait: float

    @property
    def _timeout(self) -> float:
        deadline = waiting_until()
        return deadline.within(self._longest_wait) if deadline else self._longest_wait

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._longest_wait = seconds


class _Line:
    """A hold of our own on a connection's socket: its number means no other, whenever the driver closes its own."""

    def __init__(self, connection: Any) -> None:
        self._number = os.dup(connection.fileno())

    def cut(self) -> None:
        """End whatever waits on this line."""
        with suppress(OSError), socket.socket(fileno=os.dup(self._number)) as line:
            line.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        os.close(self._number)


class CutOff:
    """Cuts the lines whose time is over, in a thread that runs only while somebody holds one."""

    def __init__(self) -> None:
        self._held: dict[_Line, float] = {}
        # One that its own thread may take again: a forgotten connection is returned whenever memory is tidied up.
        self._lock = threading.RLock()
        self._background = Background("cutoff", self._cut, _TICK_SECONDS)

    def hold(self, line: _Line, until: float) -> None:
        """Cut `line` at that moment of the monotonic clock, unless it is let go before."""
        with self._lock:
            first = not self._held
            self._held[line] = until
        if first:
            self._background.wake()

    def let_go(self, line: _Line) -> None:
        """Leave `line` alone from now on."""
        with self._lock:
            self._held.pop(line, None)

    def _cut(self) -> None:
        now = time.monotonic()
        with self._lock:
            for line in [line for line, until in self._held.copy().items() if until <= now]:
                line.cut()
                self._held.pop(line, None)
            waiting = bool(self._held)
        if waiting:
            self._background.wake()


cutoff = CutOff()
# Its threads start with the first connection that somebody waits for, in the process that needs it.
_connecting = ThreadPoolExecutor(max_workers=8, thread_name_prefix="connecting")


@sa.event.listens_for(sa.Pool, "connect")
def _take_line(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    record.info[_LINE] = _Line(connection)


@sa.event.listens_for(sa.Pool, "checkout", insert=True)
def _hold_line(_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    deadline = waiting_until()
    if deadline is not None:
        cutoff.hold(record.info[_LINE], deadline.at)


@sa.event.listens_for(sa.Pool, "checkin")
def _let_go(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    line = record.info.get(_LINE)
    if line is not None:
        cutoff.let_go(line)


@sa.event.listens_for(sa.Engine, "do_connect")
def _connect_in_time(
    dialect: sa.Dialect, _record: ConnectionPoolEntry, arguments: list[Any], parameters: dict[str, Any]
) -> DBAPIConnection | None:
    parameters["connect_timeout"] = _CONNECT_SECONDS
    deadline = waiting_until()
    if deadline is None:
        return None
    # The driver counts in whole seconds, and for each address of a name anew.
    connecting = _connecting.submit(dialect.connect, *arguments, **parameters)
    try:
        return connecting.result(timeout=deadline.left())
    except FutureTimeout:
        if not connecting.cancel():
            connecting.add_done_callback(_close_unused)
        raise psycopg2.OperationalError("no time was left to connect") from None


def _close_unused(connecting: Future[DBAPIConnection]) -> None:
    if connecting.exception() is None:
        connecting.result().close()
