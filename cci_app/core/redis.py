"""The connection to Redis: short waits, because nothing in Redis is worth a late answer."""

from typing import Any, Final

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

SOCKET_OPTIONS: Final[dict[str, Any]] = {"socket_connect_timeout": 0.3, "socket_timeout": 0.5}


def init_redis(app: Flask, url: str) -> None:
    """Make the application's client. It connects when it is first used, so it survives a fork."""
    app.extensions["cci_redis"] = redis.Redis.from_url(
        url, decode_responses=True, retry=Retry(NoBackoff(), 1), health_check_interval=30, **SOCKET_OPTIONS
    )


def get_redis() -> redis.Redis:
    """The present application's client."""
    client: redis.Redis = current_app.extensions["cci_redis"]
    return client
