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
# More than a sort may hold in memory: some of it goes to the disk, which so is asked for room, and has it back at once.
_LITTLE_MEMORY = sa.text("SET LOCAL work_mem = '64kB'")
_WRITES = sa.text(
    "SELECT current_setting('transaction_read_only') = 'on' AS read_only,"
    " (SELECT max(place) FROM (SELECT row_number() OVER (ORDER BY md5(n::text)) AS place"
    " FROM generate_series(1, 3000) n) sorted)"
)
# PostgreSQL's class of errors for what has run out: room on the disk, first of all.
_RAN_OUT = "53"


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
        return {"status": "down", "latency_ms": None, "detail": _detail(error)}
    return {"status": "ok", "latency_ms": round((time.monotonic() - started) * 1000, 2), "detail": None}


def _detail(error: Exception) -> str:
    if isinstance(error, LookupError):
        return str(error)
    code = getattr(getattr(error, "orig", None), "pgcode", None) or ""
    if code.startswith(_RAN_OUT):
        return f"takes no writes ({type(error.orig).__name__}): is its disk full?"  # type: ignore[attr-defined]
    return f"does not answer ({type(error).__name__})"


def _check_postgresql() -> None:
    """Whether it answers, and takes what is written: nobody is answered without that."""
    with keyless_transaction() as session:
        session.execute(_LITTLE_MEMORY)
        if session.execute(_WRITES).one().read_only:
            raise LookupError("takes no writes: it is read-only")


def _check_redis() -> None:
    get_redis().ping()


def _check_worker() -> None:
    if get_redis().get(WORKER_KEY) is None:
        raise LookupError(f"none has worked in the last {_WORKER_SILENCE_SECONDS} seconds: do worker and beat run?")
