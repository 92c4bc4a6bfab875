"""Asking again what may pass: the one rule of how often, and after which pauses."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from cci_app.core.deadline import waiting_until

T = TypeVar("T")


def _no_time(_: BaseException) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """At most `attempts`, with pauses that begin at `first_pause` seconds and double up to `longest_pause`.

    `passing` tells which errors may pass; `asked` how many seconds such an error asks to wait. Who asks for longer than
    `longest_pause` is not waited for, nor is a pause begun that would outlast the deadline of the thread's waits.
    """

    attempts: int
    first_pause: float
    longest_pause: float
    passing: Callable[[BaseException], bool]
    asked: Callable[[BaseException], float | None] = _no_time

    def call(self, ask: Callable[[], T]) -> T:
        """What `ask` brings in the end. Raises the error of its last attempt."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(self.passing),
            wait=self._pause,
            stop=self._enough,
            sleep=time.sleep,
            reraise=True,
        )(ask)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        backoff = self.first_pause * 2 ** (state.attempt_number - 1)
        # Spread, so that those who were turned away together do not come back together.
        spread = backoff * random.uniform(0.5, 1.0)  # noqa: S311
        pause: float = min(self.longest_pause, max(self._asked(state), spread))
        return pause

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        deadline = waiting_until()
        return (
            state.attempt_number >= self.attempts
            or self._asked(state) > self.longest_pause
            or (deadline is not None and state.upcoming_sleep >= deadline.left())
        )

    def _asked(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return (self.asked(error) if error else None) or 0.0
