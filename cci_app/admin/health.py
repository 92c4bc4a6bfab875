"""Whether what the product depends on answers."""

import time
from collections.abc import Callable
from typing import Any

import redis
import sqlalchemy as sa

from cci_app.core import clock
from cci_app.core.database import keyless_transaction
from cci_app.core.redis import get_redis

WORKER_KEY = "cci:worker:seen"
# The sweeper passes every five seconds.
_WORKER_SILENCE_SECONDS = 30


def note_worker() -> None:
    """Note in Redis that a worker is at work."""
    get_redis().set(WORKER_KEY, clock.now().isoformat(), ex=_WORKER_SILENCE_SECONDS)


def check_dependencies() -> dict[str, Any]:
    """The state of each dependency. Without PostgreSQL nobody is answered; without the others things wait."""
    checks = {
        "postgresql": _timed(_check_postgresql),
        "redis": _timed(_check_redis),
        "worker": _timed(_check_worker),
    }
    status = "ok" if all(check["status"] == "ok" for check in checks.values()) else "degraded"
    return {"status": "down" if checks["postgresql"]["status"] == "down" else status, "checks": checks}


def _timed(check: Callable[[], None]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        check()
    except (sa.exc.SQLAlchemyError, redis.RedisError, LookupError) as error:
        detail = str(error) if isinstance(error, LookupError) else f"does not answer ({type(error).__name__})"
        return {"status": "down", "latency_ms": None, "detail": detail}
    return {"status": "ok", "latency_ms": round((time.monotonic() - started) * 1000, 2), "detail": None}


def _check_postgresql() -> None:
    with keyless_transaction() as session:
        session.execute(sa.text("SELECT 1"))


def _check_redis() -> None:
    get_redis().ping()


def _check_worker() -> None:
    if get_redis().get(WORKER_KEY) is None:
        raise LookupError(f"none has worked in the last {_WORKER_SILENCE_SECONDS} seconds: do worker and beat run?")
