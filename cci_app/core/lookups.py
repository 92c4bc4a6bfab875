"""What every request asks of the database, and what seldom changes: asked again after some seconds, not each time."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

K = TypeVar("K")
V = TypeVar("V")

# So that what was revoked or changed elsewhere soon counts. While the database cannot be asked, what it said within the
# last minute holds.
FRESH_SECONDS = 5.0
STALE_SECONDS = 60.0


class LookUps(Generic[K, V]):
    """The answers of the database by their keys, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[K, tuple[float, V]] = {}

    def find(self, key: K, ask: Callable[[], V]) -> V:
        """What is known of `key`, or what `ask` finds. Raises what that raises, none of which is kept."""
        known = self._known.get(key)
        age = time.monotonic() - known[0] if known else float("inf")
        if known and age < FRESH_SECONDS:
            return known[1]
        try:
            found = ask()
        except (DBAPIError, PoolTimeout):
            if known and age < STALE_SECONDS:
                return known[1]
            raise
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = (time.monotonic(), found)
        return found

    def forget(self, key: K) -> None:
        """Ask the next time, whatever was known of it."""
        self._known.pop(key, None)

    def forget_all(self) -> None:
        """Ask of everything the next time."""
        self._known.clear()
