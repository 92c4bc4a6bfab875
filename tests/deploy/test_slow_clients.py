"""Connections that do nothing take no thread from those who ask. Two threads, and more such connections than that."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from config.settings import ROOT
from config.web.arriving import BODY, HEADERS, Arriving, Refused, Room
from tests.deploy.counting import MANY

OURS, PLAIN = "config.web.worker.WebWorker", "gthread"
ASK = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
ANSWER = b"\r\n\r\n3"
ATTACKS = {
    "half-sent headers": b"POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    "half-sent bodies": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc",
    "half-sent chunks": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
    "idle connections": b"",
    "slow readers": b"GET /many HTTP/1.1\r\nHost: a\r\n\r\n",
}


@dataclass(frozen=True)
class Server:
    address: tuple[str, int]

    @contextmanager
    def connected(self, opening: bytes = b"") -> Iterator[socket.socket]:
        with socket.create_connection(self.address, timeout=30) as connection:
            connection.sendall(opening)
            yield connection

    def ask(self, patience: float = 60) -> bytes:
        with self.connected(ASK) as connection:
            connection.settimeout(patience)
            return until(connection, ANSWER)


def until(connection: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        piece = connection.recv(1_000_000)
        assert piece, received
        received += piece
    return received


@contextmanager
def serving(worker: str = OURS, **environment: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        words = f"-k {worker} -w 1 --threads 2 --no-control-socket --graceful-timeout 1 -b fd://{listener.fileno()}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words.split(), "tests.deploy.counting:app"],
            cwd=ROOT,
            env={**os.environ, **environment},
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            server = Server(listener.getsockname())
            assert server.ask()
            yield server
        finally:
            process.terminate()
            process.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.mark.parametrize("attack", ATTACKS)
def test_slow_clients_hold_nobody_up(server: Server, attack: str) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(server.connected(ATTACKS[attack]))
        for _ in range(5):
            assert server.ask()


@pytest.mark.parametrize("attack", ["half-sent bodies", "slow readers"])
def test_they_do_where_each_has_a_thread(attack: str) -> None:
    with serving(PLAIN) as server, ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(server.connected(ATTACKS[attack]))
        with pytest.raises(TimeoutError):
            server.ask(patience=2)


def test_a_slow_reader_gets_all_of_it(server: Server) -> None:
    with server.connected(ATTACKS["slow readers"]) as reader, server.connected(ATTACKS["slow readers"]) as other:
        for _ in range(3):
            assert server.ask()
        for connection in (reader, other):
            connection.sendall(ASK)
            both = until(connection, ANSWER)
            assert both.count(b"x") == MANY


def test_requests_sent_at_once_are_answered_in_turn(server: Server) -> None:
    last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with server.connected(ASK * 3 + last) as connection:
        received = b"".join(iter(lambda: connection.recv(1000), b""))
    assert received.count(b"200 OK") == 4
    assert received.endswith(b"0")


def test_whoever_sends_large_bodies_is_told_to_go_on(server: Server) -> None:
    body = b"x" * 3_000_000
    headers = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    with server.connected(headers) as connection:
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        until(connection, b"\r\n\r\n" + str(len(body)).encode())


def test_an_address_that_has_too_many_loses_its_longest_idle() -> None:
    with serving(WEB_CONNECTIONS_PER_ADDRESS="4") as server, ExitStack() as stack:
        connections = [stack.enter_context(server.connected()) for _ in range(8)]
        assert connections[0].recv(1) == b""
        connections[-1].sendall(ASK)
        until(connections[-1], ANSWER)


WHOLE = {
    "headers": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "body": b"POST / HTTP/1.1\r\ncontent-length: 5 \r\nHost: a\r\n\r\n12345",
    "chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n1\r\n45\r\n1\r\n6\r\n0\r\nT: x\r\n\r\n",
}


def arriving(most: int = 1000, room: int = 10_000_000) -> Arriving:
    return Arriving(100.0, most, Room(room))


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_a_request_is_whole_with_its_last_byte(request_: bytes, piece: int) -> None:
    one = arriving()
    for start in range(0, len(request_), piece):
        assert not one.whole
        one.take(request_[start : start + piece])
    assert one.whole
    assert one.reader(None).read(len(request_)) == request_


@pytest.mark.parametrize(
    "strange",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n",
    ],
)
def test_what_need_not_be_waited_for_is_not(strange: bytes) -> None:
    one = arriving()
    one.take(strange)
    assert one.whole


def test_what_is_too_much_is_refused() -> None:
    with pytest.raises(Refused, match="431"):
        arriving().take(b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000)
    for size in (b"3e9", b"f" * 5000):
        with pytest.raises(Refused, match="413"):
            arriving().take(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")
    small = arriving(most=1_000_000, room=100_000)
    small.take(b"POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n")
    with pytest.raises(Refused, match="503"):
        small.take(b"a" * 150_000)
    small.forget()


def test_time_is_given_by_what_has_come() -> None:
    one = arriving(most=10_000_000)
    one.take(b"POST / HTTP/1.1\r\n")
    assert not one.late(100 + HEADERS.seconds)
    assert one.late(101 + HEADERS.seconds)
    one.take(b"Content-Length: 5000000\r\n\r\n" + b"a" * 1_638_400)
    assert not one.late(100 + BODY.seconds + 100)
    assert one.late(100 + BODY.seconds + 101)
    one.forget()
