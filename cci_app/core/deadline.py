"""One deadline a message, passed down to whoever takes time.

What waits for a server of ours (a connection, a statement, Redis) is far below the one who knows the deadline: it finds
that of its thread here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    def within(self, limit: float) -> float:
        """What a part with a limit of its own may take: the smaller of that limit and what is left, in seconds."""
        return min(limit, self.left())

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.left() <= 0.0


_waiting_until: ContextVar[Deadline | None] = ContextVar("waiting_until", default=None)


def wait_until(deadline: Deadline | None) -> None:
    """Bound every later wait of this thread for a server of ours; None lifts the bound."""
    _waiting_until.set(deadline)


def waiting_until() -> Deadline | None:
    """The deadline of this thread's waits; None where they may last."""
    return _waiting_until.get()


@contextmanager
def waits(deadline: Deadline | None) -> Iterator[None]:
    """Within this block waits end at `deadline`, or may last where it is None."""
    before = _waiting_until.set(deadline)
    try:
        yield
    finally:
        _waiting_until.reset(before)
