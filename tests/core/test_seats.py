"""Seats for what takes much: nobody has them all, and nobody waits for ever."""

import threading
import time
from collections.abc import Callable

import pytest

from cci_app.core.seats import NoSeat, Seats


def refused(seats: Seats, who: int) -> bool:
    with pytest.raises(NoSeat) as raised:
        seats.take(who)
    return raised.value.of_one


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_an_organisation_has_its_own_and_leaves_the_others_theirs() -> None:
    seats = Seats(of_one=2, of_all=3)
    mine = [seats.take(1), seats.take(1)]
    assert refused(seats, 1)
    other = seats.take(2)
    assert not refused(seats, 3)
    other.give_back()
    other.give_back()  # once only
    with seats.take(3):
        assert not refused(seats, 2)
    mine[0].give_back()
    seats.take(1)


def test_a_place_is_waited_for_by_few_and_for_a_while() -> None:
    seats = Seats(of_one=1, of_all=2, waiting_of_one=1, seconds=20.0)
    first = seats.take(1)
    got = threading.Event()

    def wait() -> None:
        seats.take(1)
        got.set()

    waiting = in_a_thread(wait)
    until = time.monotonic() + 10
    while not seats._waiting[1]:
        assert time.monotonic() < until
        time.sleep(0.005)
    began = time.monotonic()
    assert refused(seats, 1)
    assert time.monotonic() - began < 5
    # Somebody else's seat is theirs, whoever waits.
    seats.take(2).give_back()
    assert not got.is_set()
    first.give_back()
    assert got.wait(10)
    waiting.join()


def test_who_waits_in_vain_hears_of_it() -> None:
    seats = Seats(of_one=1, of_all=1, waiting_of_one=1, seconds=0.05)
    held = seats.take(1)
    assert refused(seats, 1)
    assert not refused(seats, 2)
    held.give_back()
    seats.take(2)


def test_nothing_is_kept_of_those_who_left() -> None:
    seats = Seats(of_one=1, of_all=5, waiting_of_one=1, seconds=0.0)
    for who in range(100):
        seats.take(who).give_back()
    with seats.take(7):
        refused(seats, 7)
    assert (len(seats._taken), len(seats._waiting)) == (0, 0)
