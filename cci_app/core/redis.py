"""The connection to Redis: short waits, because nothing in Redis is worth a late answer."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import pybreaker
import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

from cci_app.core.breaker import make_breaker

T = TypeVar("T")

# A connection that Redis closed is made anew at once. Who waited in vain does not wait again; the client's own default
# would do so three times, with pauses of seconds.
SOCKET_OPTIONS: Final[dict[str, Any]] = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.5,
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}


def init_redis(app: Flask, url: str) -> None:
    """Make the application's client. It connects when it is first used, so it survives a fork."""
    app.extensions["cci_redis"] = redis.Redis.from_url(
        url, decode_responses=True, health_check_interval=30, **SOCKET_OPTIONS
    )
    app.extensions["cci_redis_breaker"] = make_breaker(
        "redis", lambda error: isinstance(error, redis.ConnectionError | redis.TimeoutError)
    )


def get_redis() -> redis.Redis:
    """The present application's client."""
    client: redis.Redis = current_app.extensions["cci_redis"]
    return client


def ask_redis(question: Callable[[redis.Redis], T]) -> T:
    """Ask the present application's Redis in a request: while it is away, for some seconds nobody waits for it.

    Raises redis.RedisError.
    """
    breaker: pybreaker.CircuitBreaker = current_app.extensions["cci_redis_breaker"]
    try:
        return breaker.call(question, get_redis())
    except pybreaker.CircuitBreakerError as error:
        raise redis.ConnectionError("Redis did not answer a moment ago") from error
