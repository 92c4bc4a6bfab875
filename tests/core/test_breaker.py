"""A service that is away costs few callers their time; one that is back is asked as before."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from flask import Flask

from cci_app.core import breaker as module
from cci_app.core.breaker import Away, Breaker
from cci_app.core.redis import ask_redis


class Clock:
    """The breaker's own."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def test_who_is_away_is_left_alone_for_a_while_and_then_asked_by_one(clock: Clock) -> None:
    breaker = Breaker("a service", failures=2, away_seconds=10.0)
    breaker.failed()
    assert breaker.may_ask()
    breaker.failed()
    assert not breaker.may_ask()
    clock.now += 10.1
    assert [breaker.may_ask() for _ in range(3)] == [True, False, False]
    breaker.failed()
    clock.now += 9.9
    assert not breaker.may_ask()
    clock.now += 0.2
    assert breaker.may_ask()
    breaker.answered()
    assert [breaker.may_ask() for _ in range(3)] == [True, True, True]


def test_failures_count_only_one_after_the_other() -> None:
    breaker = Breaker("a service", failures=2)
    for _ in range(5):
        breaker.failed()
        breaker.answered()
    assert breaker.may_ask()


@pytest.mark.parametrize(("asked", "paused"), [(7.0, 7.0), (86_400.0, 60.0), (None, 1.0)])
def test_a_pause_that_is_asked_for_is_kept_within_reason(clock: Clock, asked: float | None, paused: float) -> None:
    breaker = Breaker("a service")
    breaker.pause(asked)
    breaker.pause(0.1)
    clock.now += paused - 0.1
    assert not breaker.may_ask()
    clock.now += 0.2
    assert breaker.may_ask()


def test_a_call_tells_what_its_error_means() -> None:
    breaker = Breaker("a service", failures=1)

    def ask(error: Exception) -> None:
        def question() -> None:
            raise error

        breaker.call(question, lambda failure: isinstance(failure, OSError))

    with pytest.raises(ValueError, match="wrong"):
        ask(ValueError("wrong"))
    assert breaker.call(lambda: 7, lambda _: True) == 7
    with pytest.raises(OSError, match="gone"):
        ask(OSError("gone"))
    with pytest.raises(Away):
        ask(ValueError("not asked"))


def test_calls_do_not_wait_for_each_other() -> None:
    breaker = Breaker("a service")
    both = threading.Barrier(2, timeout=10)
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(breaker.call, both.wait, lambda _: True) for _ in range(2)]
        assert sorted(call.result() for call in calls) == [0, 1]


@pytest.fixture
def of_redis(app: Flask) -> Iterator[Breaker]:
    breaker: Breaker = app.extensions["cci_redis_breaker"]
    breaker.answered()
    yield breaker
    breaker.answered()


class Hanging:
    """A question that Redis does not answer."""

    asked = 0

    def __call__(self, _: redis.Redis) -> None:
        self.asked += 1
        raise redis.TimeoutError


def test_a_redis_that_hangs_costs_one_request_its_time_out(of_redis: Breaker, clock: Clock) -> None:
    hanging = Hanging()
    with pytest.raises(redis.TimeoutError):
        ask_redis(hanging)
    for _ in range(3):
        with pytest.raises(redis.ConnectionError):
            ask_redis(hanging)
    assert hanging.asked == 1
    clock.now += 5.1
    assert ask_redis(lambda client: client.ping())
    assert of_redis.may_ask()


def test_a_wrong_question_does_not_mean_away(of_redis: Breaker) -> None:
    with pytest.raises(redis.ResponseError):
        ask_redis(lambda client: client.eval("nonsense", 0))
    assert of_redis.may_ask()
