"""Seats in a process for work that takes memory, room, connections or threads: some in all, and few of one."""

import threading
from collections import Counter
from collections.abc import Hashable
from types import TracebackType
from typing import Self


class NoSeat(Exception):  # noqa: N818
    """There is none, nor will there be one in time; `of_one` where whoever asked has all of their own."""

    def __init__(self, *, of_one: bool) -> None:
        super().__init__("no seat of their own" if of_one else "no seat")
        self.of_one = of_one


class Seat:
    """A seat that was taken; given back at the end of its block, or once by hand."""

    def __init__(self, seats: "Seats", who: Hashable) -> None:
        self._seats, self._who = seats, who
        self._lock = threading.Lock()
        self._held = True

    def give_back(self) -> None:
        """Let somebody else have it; again does nothing."""
        with self._lock:
            held, self._held = self._held, False
        if held:
            self._seats._leave(self._who)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.give_back()


class Seats:
    """At most `of_all` at once, `of_one` of each, and of each `waiting_of_one` more who wait `seconds`.

    Of each organisation, or of each person: whoever is named when a seat is taken.
    """

    def __init__(self, *, of_one: int, of_all: int, waiting_of_one: int = 0, seconds: float = 0.0) -> None:
        self._of_one, self._of_all = of_one, of_all
        self._waiting_of_one, self._seconds = waiting_of_one, seconds
        self._changed = threading.Condition()
        self._taken: Counter[Hashable] = Counter()
        self._waiting: Counter[Hashable] = Counter()

    def take(self, who: Hashable) -> Seat:
        """A seat for whoever that is. Raises NoSeat: at once where as many as may wait for it."""
        with self._changed:
            if not self._free(who):
                self._wait(who)
            self._taken[who] += 1
        return Seat(self, who)

    def _wait(self, who: Hashable) -> None:
        if self._waiting[who] >= self._waiting_of_one:
            raise NoSeat(of_one=self._taken[who] >= self._of_one or self._waiting_of_one > 0)
        self._waiting[who] += 1
        try:
            if not self._changed.wait_for(lambda: self._free(who), self._seconds):
                raise NoSeat(of_one=self._taken[who] >= self._of_one)
        finally:
            self._waiting[who] -= 1
            self._waiting += Counter()  # forgets who has none

    def _free(self, who: Hashable) -> bool:
        return self._taken[who] < self._of_one and self._taken.total() < self._of_all

    def _leave(self, who: Hashable) -> None:
        with self._changed:
            self._taken[who] -= 1
            self._taken += Counter()
            self._changed.notify_all()
