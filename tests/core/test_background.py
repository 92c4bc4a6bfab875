"""Background work: soon, coalesced, never lost by a fault."""

import threading

from cci_app.core.background import Background


def test_many_wakes_are_few_calls() -> None:
    calls: list[int] = []
    background = Background("test", lambda: calls.append(1), interval=0.05)
    for _ in range(1000):
        background.wake()
    background.stop()
    assert 1 <= len(calls) <= 3


def test_a_fault_does_not_end_the_work() -> None:
    done = threading.Event()
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("once")
        done.set()

    background = Background("test", work, interval=0.01)
    background.wake()
    while not calls:
        pass
    background.wake()
    assert done.wait(2)
    background.stop()


def test_a_wake_before_the_stop_is_served() -> None:
    calls: list[int] = []
    background = Background("test", lambda: calls.append(1), interval=60)
    background.wake()
    background.stop()
    assert calls == [1]
