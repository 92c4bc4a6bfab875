"""R12: clients that hold connections and do nothing with them, beside people who write; `make fuzz`.

Whoever is cut off comes back at once. The control is the same application under gunicorn's own worker of threads.
"""

import resource
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from benchmarks.beside import GOAL_SECONDS, PEOPLE, beside
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import say
from benchmarks.product import READY_SECONDS, Product, answers, free_port
from cci_app.embedded import processes

SECONDS, CONTROL_SECONDS = 30.0, 10.0
_DRIP_SECONDS = 1.0
_LARGE = "/docs/static/swagger-ui/swagger-ui-bundle.js"


@dataclass(frozen=True, slots=True)
class Attack:
    """So many connections that send `opening`, and a byte or nothing every second; `reads` reads as slowly."""

    what: str
    connections: int
    opening: bytes
    drip: bytes = b""
    reads: bool = False


ATTACKS = (
    Attack("half-sent headers", 300, b"POST /x HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"a"),
    Attack("half-sent bodies", 300, b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n{", b" "),
    Attack("idle connections", 1500, b""),
    # More than the control has threads, in all of its processes.
    Attack("slow readers", 300, f"GET {_LARGE} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 8, reads=True),
)


class _Attackers:
    """The connections of an attack, each made again when it is cut off, dripping in a thread of their own."""

    def __init__(self, address: str, attack: Attack, number: int) -> None:
        self._address = (urlsplit(address).hostname or "", urlsplit(address).port or 0)
        self._attack = attack
        self._done = threading.Event()
        self._open = [self._connect() for _ in range(number)]
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all of them."""
        self._done.set()
        self._thread.join()
        for one in self._open:
            if one is not None:
                one.close()

    def _connect(self) -> socket.socket | None:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.settimeout(1)
        try:
            one.connect(self._address)
            one.sendall(self._attack.opening)
        except OSError:
            one.close()
            return None
        one.setblocking(False)
        return one

    def _drip(self) -> None:
        while not self._done.wait(_DRIP_SECONDS):
            for number, one in enumerate(self._open):
                if self._done.is_set():
                    return
                if one is None or self._is_cut(one):
                    if one is not None:
                        one.close()
                    self._open[number] = self._connect()

    def _is_cut(self, one: socket.socket) -> bool:
        try:
            if self._attack.drip:
                one.send(self._attack.drip)
            return not one.recv(512) if self._attack.reads else not one.recv(1)
        except BlockingIOError:
            return False
        except OSError:
            return True


def figures(product: Product, attacks: Sequence[Attack] = ATTACKS, seconds: float = SECONDS) -> list[Figure]:
    """Each attack on the product, and on the same application under the other worker."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    found = []
    with plain_threads(product) as control:
        for attack in attacks:
            say(f"R12: {attack.connections:,} {attack.what}")
            name = f"{attack.connections}{attack.what[0]}"
            off = beside(control, product.key, _attackers(control, attack), CONTROL_SECONDS, f"c{name}")
            seen = beside(product.address, product.key, _attackers(product.address, attack), seconds, f"r{name}")
            found.append(
                Figure(
                    "R12",
                    f"{attack.connections:,} {attack.what} for {seconds:.0f} s, beside {PEOPLE} people",
                    f"all answered, p95 < {GOAL_SECONDS:.0f} s",
                    str(seen),
                    f"gunicorn's gthread, {CONTROL_SECONDS:.0f} s: {off}",
                    seen.unanswered == 0 and seen.p95 < GOAL_SECONDS and off.unanswered > 0,
                )
            )
    return found


def _attackers(address: str, attack: Attack) -> _Attackers:
    return _Attackers(address, attack, attack.connections)


@contextmanager
def plain_threads(product: Product, *more: str) -> Iterator[str]:
    """The product's application under gunicorn's own worker, or with other options; gives its address."""
    port = free_port()
    folder = product.folder / f"plain-{port}"
    folder.mkdir()
    words = ("gunicorn", "-c", "config/gunicorn.py", "-k", "gthread", *more, "wsgi:app")
    settings = {"PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    with product.part(f"plain-{port}", words, settings) as process:
        if not processes.wait_until(lambda: answers(port), process, READY_SECONDS):
            raise RuntimeError(f"the control did not start:\n{product.last_words(f'plain-{port}')}")
        yield f"http://{processes.LOOPBACK}:{port}"
