"""Rate limits: of a caller over all its requests, and of a person's messages."""

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn, TypeVar

import redis
from flask import Flask, Response, current_app, g, request
from flask.sansio.app import App
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from cci_app.core.errors import CannotStart, TooManyRequests
from cci_app.core.pseudonyms import pseudonym
from cci_app.core.redis import ask_redis
from config.settings import Settings

T = TypeVar("T")


# One limit for each of its keys: as the library's own script does for one, and in one round trip.
_COUNT_TOGETHER = b"""
local counts = {}
for i, key in ipairs(KEYS) do
    counts[i] = redis.call('INCR', key)
    if counts[i] == 1 then redis.call('EXPIRE', key, ARGV[i]) end
end
return counts
"""


class Counted(NamedTuple):
    """One more of `who`, of whom `limit` allows so many."""

    limit: RateLimitItem
    who: tuple[str, ...]


class RateLimits:
    """Counts in Redis; while Redis is away each process counts for itself."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.per_key = _parsed("RATE_LIMIT_PER_KEY", settings.rate_limit_per_key)
        self.per_stranger = _parsed("RATE_LIMIT_PER_STRANGER", settings.rate_limit_per_stranger)
        self.per_person = _parsed("RATE_LIMIT_PER_PERSON", settings.rate_limit_per_person)
        pool = app.extensions["cci_redis"].connection_pool
        storage = RedisStorage(settings.redis_address, connection_pool=pool, key_prefix="cci")
        self._storage = storage
        self._count_together = storage.get_connection().register_script(_COUNT_TOGETHER)
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Count one more of `who`. Raises TooManyRequests, with the seconds until the window ends."""
        self.count_together(Counted(limit, who))

    def check(self, limit: RateLimitItem, *who: str) -> None:
        """Raise TooManyRequests where no more of `who` may be counted; count nothing."""
        if self.counted(limit, *who) >= limit.amount:
            self._refuse(limit, who)

    def count_together(self, *counted: Counted) -> None:
        """Count all of them in one round trip. Raises TooManyRequests for the first that is over its limit."""
        try:
            within = ask_redis(lambda _: self._hit_together(counted))
        except redis.RedisError:
            within = [self._own.hit(each.limit, *each.who) for each in counted]
        for each, is_within in zip(counted, within, strict=True):
            if not is_within:
                self._refuse(*each)

    def _hit_together(self, counted: Sequence[Counted]) -> list[bool]:
        keys = [self._storage.prefixed_key(each.limit.key_for(*each.who)) for each in counted]
        counts = self._count_together(keys, [each.limit.get_expiry() for each in counted])
        return [int(count) <= each.limit.amount for each, count in zip(counted, counts, strict=True)]

    def note_here(self, limit: RateLimitItem, *who: str) -> None:
        """Count one more of `who`, whom nothing is refused, in this process alone: that takes no round trip."""
        self._own.hit(limit, *who)

    def check_here(self, limit: RateLimitItem, *who: str) -> None:
        """Raise TooManyRequests where no more of `who` may be counted in this process; count nothing."""
        if not self._own.test(limit, *who):
            raise _too_many(limit, self._own.get_window_stats(limit, *who).reset_time)

    def note(self, limit: RateLimitItem, *who: str) -> None:
        """Count one more of `who`, whom nothing is refused."""
        self._ask(lambda limiter: limiter.hit(limit, *who))

    def counted(self, limit: RateLimitItem, *who: str) -> int:
        """How many of `who` were counted in the window, the limit at most."""
        return limit.amount - self._ask(lambda limiter: limiter.get_window_stats(limit, *who).remaining)

    def clear(self, limit: RateLimitItem, *who: str) -> None:
        """Forget what was counted of `who`."""
        self._ask(lambda limiter: limiter.clear(limit, *who))

    def _refuse(self, limit: RateLimitItem, who: tuple[str, ...]) -> NoReturn:
        raise _too_many(limit, self._ask(lambda limiter: limiter.get_window_stats(limit, *who).reset_time))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], T]) -> T:
        try:
            return ask_redis(lambda _: question(self._shared))
        except redis.RedisError:
            return question(self._own)


def _too_many(limit: RateLimitItem, ends: float) -> TooManyRequests:
    return TooManyRequests(
        "too many requests: wait and send again",
        details={"limit": str(limit)},
        retry_after=max(1, math.ceil(ends - time.time())),
    )


def _parsed(name: str, written: str) -> RateLimitItem:
    try:
        return parse(written)
    except ValueError as error:
        raise CannotStart(f"{name}: {written!r} is not a limit such as 120/minute") from error


def init_limits(app: Flask, settings: Settings) -> None:
    """Count every request of a caller: before it is looked into, or with the person whose message it brings."""
    limits = app.extensions["cci_limits"] = RateLimits(app, settings)
    brings_messages: set[str] = app.extensions.setdefault("cci_brings_messages", set())

    @app.before_request
    def _count_key() -> None:
        if "caller" in g and request.endpoint not in brings_messages:
            limits.count(limits.per_key, g.caller.who)

    @app.after_request
    def _count_what_brought_none(response: Response) -> Response:
        if "caller" not in g or request.endpoint not in brings_messages or "is_counted" in g:
            return response
        try:
            limits.count(limits.per_key, g.caller.who)
        except TooManyRequests as refusal:
            return app.make_response(app.handle_user_exception(refusal))
        return response


def count_with_person(app: App, endpoint: str) -> None:
    """Have the requests of `endpoint` counted by `limit_person`, those of the caller and of the person together."""
    app.extensions.setdefault("cci_brings_messages", set()).add(endpoint)


def limit_person(user_id: str) -> None:
    """Count a message of a person, and the request that brings it. Raises TooManyRequests."""
    limits: RateLimits = current_app.extensions["cci_limits"]
    of_person = Counted(limits.per_person, (g.caller.who, pseudonym(g.caller.organisation_id, user_id)))
    g.is_counted = True
    limits.count_together(Counted(limits.per_key, (g.caller.who,)), of_person)
