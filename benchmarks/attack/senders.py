"""Whoever attacks: many threads that send the same kind of request, until they are told to stop."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import httpx

_PATIENCE_SECONDS = 30.0


class Senders:
    """So many who send as fast as they are answered, for the length of a context; `statuses` counts the answers.

    `send` is given a client and the request's number. After each answer a thread pauses for `pause` seconds.
    """

    def __init__(
        self, address: str, key: str, many: int, send: Callable[[httpx.Client, int], httpx.Response], pause: float = 0.0
    ) -> None:
        self._send, self._pause = send, pause
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx.Client(
            base_url=address, headers={"X-API-Key": key}, timeout=_PATIENCE_SECONDS, limits=limits, trust_env=False
        )
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._sent = 0
        self._threads = [threading.Thread(target=self._go_on, daemon=True) for _ in range(many)]
        self.statuses: Counter[int] = Counter()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)
        self._client.close()

    def _go_on(self) -> None:
        while not self._done.is_set():
            with self._lock:
                self._sent += 1
                number = self._sent
            try:
                status = self._send(self._client, number).status_code
            except (httpx.HTTPError, RuntimeError):
                status = 0
            with self._lock:
                self.statuses[status] += 1
            self._done.wait(self._pause)
