"""Whether a service is worth asking: one that is away costs a few callers their time, not everybody."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

# A service that limits the rate without saying for how long, and the longest that one is believed.
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


class Away(Exception):  # noqa: N818
    """The service was not asked: it was away a moment ago."""


class Breaker:
    """What the last calls told of one service. Safe to share between threads; calls do not wait for each other.

    After that many `failures` one after the other it is left alone for `away_seconds`; then one call tries again.
    """

    def __init__(self, service: str, *, failures: int = 3, away_seconds: float = 10.0) -> None:
        self._service = service
        self._enough = failures
        self._away_seconds = away_seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._away_until = 0.0
        self._paused_until = 0.0

    def may_ask(self) -> bool:
        """Whether to call now. Of those who ask after an absence one may, the others when it was answered."""
        with self._lock:
            now = time.monotonic()
            if now < max(self._away_until, self._paused_until):
                return False
            if self._failures >= self._enough:
                self._away_until = now + self._away_seconds
            return True

    def answered(self) -> None:
        """A call was answered, if only with nonsense: the service is there."""
        with self._lock:
            if self._failures >= self._enough:
                log.info("service_back", service=self._service)
            self._failures = 0
            self._away_until = 0.0

    def failed(self) -> None:
        """A call found nobody, or an error."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._enough:
                self._away_until = time.monotonic() + self._away_seconds
                log.warning("service_away", service=self._service, failures=self._failures)

    def pause(self, seconds: float | None) -> None:
        """The service asked not to be called for that long, where it said how long."""
        bounded = PAUSE_SECONDS if seconds is None else min(seconds, LONGEST_PAUSE_SECONDS)
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + bounded)

    def call(self, question: Callable[[], T], is_away: Callable[[Exception], bool]) -> T:
        """What the question brings, or its error; `is_away` tells which errors mean that nobody was there.

        Raises Away instead of asking while the service is left alone.
        """
        if not self.may_ask():
            raise Away(self._service)
        try:
            answer = question()
        except Exception as error:
            if is_away(error):
                self.failed()
            else:
                self.answered()
            raise
        self.answered()
        return answer
