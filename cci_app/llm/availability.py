"""Whether a provider is worth asking: one that is away costs a few people their time, not everybody.

Like `core.breaker`, but for calls of seconds: that one lets a single call through at a time.
"""

import threading
import time

import structlog

log = structlog.get_logger(__name__)

# So many failures one after the other, and the provider is left alone for so long; then one call tries again.
FAILURES = 3
AWAY_SECONDS = 10.0
# A provider that limits the rate without saying for how long, and the longest that one is believed.
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


class Availability:
    """What the last calls told of one provider. Safe to share between threads."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
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
            if self._failures >= FAILURES:
                self._away_until = now + AWAY_SECONDS
            return True

    def answered(self) -> None:
        """A call was answered, if only with nonsense: the provider is there."""
        with self._lock:
            if self._failures >= FAILURES:
                log.info("provider_back", provider=self._provider)
            self._failures = 0
            self._away_until = 0.0

    def failed(self) -> None:
        """A call found nobody, or an error."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._away_until = time.monotonic() + AWAY_SECONDS
                log.warning("provider_away", provider=self._provider, failures=self._failures)

    def pause(self, seconds: float | None) -> None:
        """The provider asked not to be called for that long, where it said how long."""
        bounded = PAUSE_SECONDS if seconds is None else min(seconds, LONGEST_PAUSE_SECONDS)
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + bounded)
