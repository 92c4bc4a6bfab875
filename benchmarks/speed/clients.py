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
    """Where requests go. `steps` are the messages that each person sends in turn; without any, empty bodies go out."""

    address: str
    path: str = "/"
    key: str = ""
    steps: tuple[str, ...] = ()


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
        threading.Thread(target=_client, args=(target, _bodies(target, seed * 1000 + number), until, load, lock))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.duration = time.monotonic() - started
    sender.send(load)


def _bodies(target: Target, series: int) -> Iterator[bytes]:
    """Bodies of ever new people, each of whom sends every step once."""
    if not target.steps:
        yield from itertools.repeat(b"")
    for person in itertools.count():
        user_id = f"bench:{series}-{person}"
        for number, step in enumerate(target.steps):
            yield json.dumps({"user_id": user_id, "message": step, "message_id": str(number)}).encode()


def _client(target: Target, bodies: Iterator[bytes], until: float, load: Load, lock: threading.Lock) -> None:
    connection = HTTPConnection(urlsplit(target.address).netloc, timeout=30)
    headers = {"Content-Type": "application/json", "X-API-Key": target.key}
    seen: list[tuple[float, int, str]] = []
    while time.monotonic() < until:
        begun = time.monotonic()
        connection.request("POST", target.path, next(bodies), headers)
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
