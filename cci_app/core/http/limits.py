"""Rate limits: of a caller over all its requests, and of a person's messages."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

import redis
from flask import Flask, current_app, g
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from cci_app.core.errors import CannotStart, TooManyRequests
from cci_app.core.redis import ask_redis
from config.settings import Settings

T = TypeVar("T")


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
        self._refuse(limit, *self._ask(lambda limiter: _hit(limiter, limit, who)))

    def check(self, limit: RateLimitItem, *who: str) -> None:
        """Raise TooManyRequests where no more of `who` may be counted; count nothing."""
        self._refuse(limit, *self._ask(lambda limiter: _test(limiter, limit, who)))

    def note(self, limit: RateLimitItem, *who: str) -> None:
        """Count one more of `who`, whom nothing is refused."""
        self._ask(lambda limiter: limiter.hit(limit, *who))

    def counted(self, limit: RateLimitItem, *who: str) -> int:
        """How many of `who` were counted in the window, the limit at most."""
        return limit.amount - self._ask(lambda limiter: limiter.get_window_stats(limit, *who).remaining)

    def clear(self, limit: RateLimitItem, *who: str) -> None:
        """Forget what was counted of `who`."""
        self._ask(lambda limiter: limiter.clear(limit, *who))

    def _refuse(self, limit: RateLimitItem, within: bool, ends: float) -> None:
        if not within:
            raise TooManyRequests(
                "too many requests: wait and send again",
                details={"limit": str(limit)},
                retry_after=max(1, math.ceil(ends - time.time())),
            )

    def _ask(self, question: Callable[[FixedWindowRateLimiter], T]) -> T:
        try:
            return ask_redis(lambda _: question(self._shared))
        except redis.RedisError:
            return question(self._own)


def _parsed(name: str, written: str) -> RateLimitItem:
    try:
        return parse(written)
    except ValueError as error:
        raise CannotStart(f"{name}: {written!r} is not a limit such as 120/minute") from error


def _hit(limiter: FixedWindowRateLimiter, limit: RateLimitItem, who: tuple[str, ...]) -> tuple[bool, float]:
    if limiter.hit(limit, *who):
        return True, 0.0
    return False, limiter.get_window_stats(limit, *who).reset_time


def _test(limiter: FixedWindowRateLimiter, limit: RateLimitItem, who: tuple[str, ...]) -> tuple[bool, float]:
    stats = limiter.get_window_stats(limit, *who)
    return stats.remaining > 0, stats.reset_time


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
