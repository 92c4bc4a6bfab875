"""A PostgreSQL that says nothing any more: whoever has a deadline is let go of, and the connection is thrown away."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa

from cci_app.core.database import engine_options
from cci_app.core.deadline import Deadline, waits


class Stalling:
    """A way to a server on loopback that can stop carrying anything, as a stopped server would."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flows = threading.Event()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = ThreadPoolExecutor(16)
        self._open: list[socket.socket] = []
        self._threads.submit(self._accept)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._open += [near, far]
            self._threads.submit(self._carry, near, far)
            self._threads.submit(self._carry, far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        except OSError:
            pass
        # Whichever side ended, and however: the other one ends too, or its reader would wait for good.
        self._end(source, target)

    @staticmethod
    def _end(*sockets: socket.socket) -> None:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def stalled(self) -> Iterator[None]:
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def close(self) -> None:
        self._flows.set()
        # A socket that is only closed leaves its reader waiting.
        self._end(self._listener, *self._open)
        self._threads.shutdown()
        for one in (self._listener, *self._open):
            one.close()


@pytest.fixture
def way(addresses: dict[str, str]) -> Iterator[Stalling]:
    way = Stalling(int(sa.make_url(addresses["web"]).port or 5432))
    yield way
    way.close()


@pytest.fixture
def engine(addresses: dict[str, str], way: Stalling) -> Iterator[sa.Engine]:
    url = sa.make_url(addresses["web"]).set(drivername="postgresql+psycopg2", host="127.0.0.1", port=way.port)
    engine = sa.create_engine(url, **engine_options(1, 30))
    yield engine
    engine.dispose()


def backend(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_whoever_has_a_deadline_is_let_go_of(engine: sa.Engine, way: Stalling) -> None:
    first = backend(engine)
    unbounded: list[int] = []
    # The control: without a deadline the same wait ends no sooner than the server goes on.
    patient = threading.Thread(target=lambda: unbounded.append(backend(engine)))
    with way.stalled():
        with waits(Deadline.after(0.2)), pytest.raises(sa.exc.OperationalError):
            backend(engine)
        patient.start()
        with waits(Deadline.after(0.2)), pytest.raises((sa.exc.TimeoutError, sa.exc.OperationalError)):
            backend(engine)
        assert patient.is_alive()
        assert unbounded == []
    patient.join()
    assert unbounded != [first]
    assert backend(engine) == unbounded[0]


def test_a_transaction_is_let_go_of_in_its_middle(engine: sa.Engine, way: Stalling) -> None:
    first = backend(engine)
    with waits(Deadline.after(0.5)):
        connection = engine.connect()
    connection.exec_driver_sql("SELECT 1")
    with connection, way.stalled(), pytest.raises(sa.exc.OperationalError):
        connection.exec_driver_sql("SELECT 2")
    assert backend(engine) != first


def test_nobody_waits_for_a_connection_past_their_deadline(engine: sa.Engine) -> None:
    with engine.connect(), waits(Deadline.after(0.1)), pytest.raises(sa.exc.TimeoutError):
        engine.connect()


def test_a_connection_that_came_back_in_time_is_left_alone(engine: sa.Engine) -> None:
    with waits(Deadline.after(0.2)):
        first = backend(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(0.5)")
    assert backend(engine) == first
