"""One deadline a message, passed down to whoever takes time."""

import time
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
