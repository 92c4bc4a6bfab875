"""Rate limits: of a key over all its requests, and of a person's messages."""

from flask import Flask, current_app, g
from flask_limiter import Limiter

from cci_app.core.redis import SOCKET_OPTIONS
from config.settings import Settings


def init_limits(app: Flask, settings: Settings) -> None:
    """Count in Redis; while Redis is away each process counts for itself."""
    Limiter(
        key_func=_key_of_caller,
        app=app,
        application_limits=[settings.rate_limit_per_key],
        application_limits_exempt_when=lambda: "caller" not in g,
        storage_uri=settings.redis_url.get_secret_value(),
        storage_options=dict(SOCKET_OPTIONS),
        in_memory_fallback_enabled=True,
        # When Redis goes away the limiter falls back for the first request that notices, and would fail the others.
        swallow_errors=True,
        key_prefix="cci",
    )


def limit_person(user_id: str) -> None:
    """Count a message of a person. Raises RateLimitExceeded when there were too many."""
    limiter: Limiter = next(iter(current_app.extensions["limiter"]))
    limit: str = current_app.config["SETTINGS"].rate_limit_per_person
    with limiter.limit(limit, key_func=lambda: f"{_key_of_caller()}:{user_id}", scope="person"):
        pass


def _key_of_caller() -> str:
    caller = g.get("caller")
    return f"key:{caller.key_id}" if caller else "nobody"
