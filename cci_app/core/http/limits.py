"""Rate limits: of a caller over all its requests, and of a person's messages."""

import math
import time

import redis
from flask import Flask, current_app, g
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from cci_app.core.errors import CannotStart, TooManyRequests
from cci_app.core.redis import ask_redis
from config.settings import Settings


class RateLimits:
    """Counts in Redis; while Redis is away each process counts for itself."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.per_key = _parsed("RATE_LIMIT_PER_KEY", settings.rate_limit_per_key)
        self.per_person = _parsed("RATE_LIMIT_PER_PERSON", settings.rate_limit_per_person)
        pool = app.extensions["cci_redis"].connection_pool
        storage = RedisStorage(settings.redis_url.get_secret_value(), connection_pool=pool, key_prefix="cci")
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Count one more of `who`. Raises TooManyRequests, with the seconds until the window ends."""
        try:
            within, ends = ask_redis(lambda _: _hit(self._shared, limit, who))
        except redis.RedisError:
            within, ends = _hit(self._own, limit, who)
        if not within:
            raise TooManyRequests(
                "too many requests: wait and send again",
                details={"limit": str(limit)},
                retry_after=max(1, math.ceil(ends - time.time())),
            )


def _parsed(name: str, written: str) -> RateLimitItem:
    try:
        return parse(written)
    except ValueError as error:
        raise CannotStart(f"{name}: {written!r} is not a limit such as 120/minute") from error


def _hit(limiter: FixedWindowRateLimiter, limit: RateLimitItem, who: tuple[str, ...]) -> tuple[bool, float]:
    if limiter.hit(limit, *who):
        return True, 0.0
    return False, limiter.get_window_stats(limit, *who).reset_time


def init_limits(app: Flask, settings: Settings) -> None:
    """Count every request of a caller."""
    limits = app.extensions["cci_limits"] = RateLimits(app, settings)

    @app.before_request
    def _count_key() -> None:
        if "caller" in g:
            limits.count(limits.per_key, g.caller.who)


def limit_person(user_id: str) -> None:
    """Count a message of a person. Raises TooManyRequests."""
    limits: RateLimits = current_app.extensions["cci_limits"]
    limits.count(limits.per_person, g.caller.who, user_id)
