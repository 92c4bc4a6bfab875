"""Clients that keep their connection and send one request after the other, in a process of their own."""

import itertools
import json
import multiprocessing
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.deliveries import DELIVERIES, Request

# More people than a client can be in one run.
_MOST_OF_A_SERIES = 100_000
_STAGE = re.compile(r"(\w+);dur=([\d.]+)")


@dataclass(slots=True)
class Load:
    """What the clients saw: seconds of each answered request, answers that were not 200, stages in milliseconds."""

    seconds: list[float] = field(default_factory=list)
    duration: float = 0.0
    failures: int = 0
    stages: dict[str, list[float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answered requests a second."""
        return len(self.seconds) / self.duration

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the requests was answered."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go. `steps` are the messages that each person sends in turn; without any, empty bodies go out.

    With a `service` of `benchmarks.deliveries` it is that which delivers them.
    """

    address: str
    path: str = "/"
    key: str = ""
    steps: tuple[str, ...] = ()
    service: str = ""


def run(target: Target, clients: int, seconds: float, seed: int) -> Load:
    """Send from that many clients at once for that long."""
    fresh = multiprocessing.get_context("spawn")
    receiver, sender = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_send, args=(sender, target, clients, seconds, seed))
    process.start()
    load: Load = receiver.recv()
    process.join()
    return load


def _send(
    sender: "multiprocessing.connection.Connection", target: Target, clients: int, seconds: float, seed: int
) -> None:
    load, lock = Load(), threading.Lock()
    until = time.monotonic() + seconds
    started = time.monotonic()
    threads = [
        threading.Thread(target=_client, args=(target, _requests(target, seed * 1000 + number), until, load, lock))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.duration = time.monotonic() - started
    sender.send(load)


def _requests(target: Target, series: int) -> Iterator[Request]:
    """Requests of ever new people, each of whom sends every step once."""
    if not target.steps:
        yield from itertools.repeat((b"", {}))
    headers = {"Content-Type": "application/json", "X-API-Key": target.key}
    ids = itertools.count(series * _MOST_OF_A_SERIES)
    for person in itertools.count(series * _MOST_OF_A_SERIES):
        for number, step in enumerate(target.steps):
            if target.service:
                yield DELIVERIES[target.service](f"57{person:010d}", step, str(next(ids)))
            else:
                body = {"user_id": f"bench:{person}", "message": step, "message_id": str(number)}
                yield json.dumps(body).encode(), headers


def _client(target: Target, requests: Iterator[Request], until: float, load: Load, lock: threading.Lock) -> None:
    connection = HTTPConnection(urlsplit(target.address).netloc, timeout=30)
    seen: list[tuple[float, int, str]] = []
    while time.monotonic() < until:
        begun = time.monotonic()
        connection.request("POST", target.path, *next(requests))
        response = connection.getresponse()
        response.read()
        seen.append((time.monotonic() - begun, response.status, response.headers.get("Server-Timing", "")))
    connection.close()
    with lock:
        for took, status, timing in seen:
            if status == 200:
                load.seconds.append(took)
            else:
                load.failures += 1
            for name, milliseconds in _STAGE.findall(timing):
                load.stages.setdefault(name, []).append(float(milliseconds))
