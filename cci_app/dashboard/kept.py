"""Figures that many look at: worked out once in some seconds for all of them."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Entry(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: T | None = None
    at: float = -1e9


class Kept(Generic[T]):
    """What a function found, for `seconds`; the newest `most` keys are kept. Safe to share between threads."""

    def __init__(self, seconds: float, most: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """The value of `key`, found anew where it is too old; those who ask meanwhile wait for the one who does."""
        with self._lock:
            entry = self._entries.pop(key, None) or _Entry()
            self._entries[key] = entry
            while len(self._entries) > self._most:
                self._entries.pop(next(iter(self._entries)))
        with entry.lock:
            if entry.value is None or self._clock() - entry.at > self._seconds:
                entry.value, entry.at = find(), self._clock()
            return entry.value
