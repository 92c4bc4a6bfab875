"""A Redis that hangs costs one request its time-out, not every one."""

from collections.abc import Iterator

import pybreaker
import pytest
import redis
from flask import Flask

from cci_app.core.redis import ask_redis


@pytest.fixture
def breaker(app: Flask) -> Iterator[pybreaker.CircuitBreaker]:
    breaker: pybreaker.CircuitBreaker = app.extensions["cci_redis_breaker"]
    breaker.close()
    yield breaker
    breaker.close()


class Hanging:
    """A question that Redis does not answer."""

    asked = 0

    def __call__(self, _: redis.Redis) -> None:
        self.asked += 1
        raise redis.TimeoutError


def test_who_is_away_is_not_asked_again(breaker: pybreaker.CircuitBreaker) -> None:
    hanging = Hanging()
    with pytest.raises(redis.TimeoutError):
        ask_redis(hanging)
    for _ in range(3):
        with pytest.raises(redis.ConnectionError):
            ask_redis(hanging)
    assert hanging.asked == 1


def test_who_is_back_is_asked_as_before(breaker: pybreaker.CircuitBreaker) -> None:
    with pytest.raises(redis.TimeoutError):
        ask_redis(Hanging())
    breaker.half_open()
    assert ask_redis(lambda client: client.ping())
    assert breaker.current_state == pybreaker.STATE_CLOSED


def test_a_wrong_question_does_not_mean_away(breaker: pybreaker.CircuitBreaker) -> None:
    with pytest.raises(redis.ResponseError):
        ask_redis(lambda client: client.eval("nonsense", 0))
    assert breaker.current_state == pybreaker.STATE_CLOSED
