"""The connection to Redis: short waits, because nothing in Redis is worth a late answer."""

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

import redis
from flask import Flask, current_app, has_app_context
from redis.backoff import NoBackoff
from redis.retry import Retry

from cci_app.core.breaker import Away, Breaker
from cci_app.core.deadline import waiting_until

T = TypeVar("T")

# A connection that Redis closed is made anew at once. Who waited in vain does not wait again; the client's own default
# would do so three times, with pauses of seconds.
SOCKET_OPTIONS: Final[dict[str, Any]] = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.5,
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}
# The same for whoever has less time left than those may take.
_ENOUGH_SECONDS: Final = 0.8
_BRIEF: Final[dict[str, Any]] = {**SOCKET_OPTIONS, "socket_connect_timeout": 0.05, "socket_timeout": 0.1}
_BRIEF_SECONDS: Final = 0.15
# A Redis that hangs costs one request its time-out, and the next one after this long.
_AWAY_SECONDS: Final = 5.0


def init_redis(app: Flask, url: str) -> None:
    """Make the application's client. It connects when it is first used, so it survives a fork."""
    app.extensions["cci_redis"] = redis.Redis.from_url(
        url, decode_responses=True, health_check_interval=30, **SOCKET_OPTIONS
    )
    app.extensions["cci_redis_brief"] = redis.Redis.from_url(url, decode_responses=True, **_BRIEF)
    app.extensions["cci_redis_breaker"] = Breaker("redis", failures=1, away_seconds=_AWAY_SECONDS)


def close_redis(app: Flask) -> None:
    """Close what the application's clients hold open. Whoever asks afterwards connects anew."""
    for name in ("cci_redis", "cci_redis_brief"):
        app.extensions[name].close()


def get_redis() -> redis.Redis:
    """The present application's client."""
    client: redis.Redis = current_app.extensions["cci_redis"]
    return client


def _is_away(error: Exception) -> bool:
    return isinstance(error, redis.ConnectionError | redis.TimeoutError)


def _client_in_time() -> redis.Redis:
    deadline = waiting_until()
    left = deadline.left() if deadline else _ENOUGH_SECONDS
    if left >= _ENOUGH_SECONDS:
        return get_redis()
    if left < _BRIEF_SECONDS:
        raise redis.TimeoutError("no time is left to ask Redis")
    brief: redis.Redis = current_app.extensions["cci_redis_brief"]
    return brief


def ask_redis(question: Callable[[redis.Redis], T]) -> T:
    """Ask the present application's Redis in a request: while it is away, for some seconds nobody waits for it.

    Nobody waits past their deadline. Raises redis.RedisError.
    """
    breaker: Breaker = current_app.extensions["cci_redis_breaker"]
    client = _client_in_time()
    try:
        return breaker.call(lambda: question(client), _is_away)
    except Away as error:
        raise redis.ConnectionError("Redis did not answer a moment ago") from error


def read_shared(name: str) -> bytes | None:
    """What a process of the installation shares under a name; None where nothing is there, or Redis is away."""
    if not has_app_context():
        return None
    try:
        kept = ask_redis(lambda client: client.get(f"cci:kept:{name}"))
        return base64.b64decode(str(kept), validate=True) if kept else None
    except (redis.RedisError, ValueError):
        return None


def share(name: str, value: bytes, seconds: int) -> None:
    """Keep for the other processes what took long to find out; it is never the only copy."""
    if has_app_context():
        with suppress(redis.RedisError):
            ask_redis(lambda client: client.set(f"cci:kept:{name}", base64.b64encode(value), ex=seconds))
