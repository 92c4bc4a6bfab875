"""Celery's way to Redis, for when Redis goes and comes back, or holds what is no task."""

from typing import Any, Self

import structlog
from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport.redis import Channel

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0

# A worker that loses Redis with a task under way would put the task back over the connection it has just lost. A bell
# that rang in vain costs nothing: the sweeper finds the work.
Channel.do_restore = False

_read = Channel._brpop_read  # type: ignore[attr-defined]


def _read_over_rubbish(channel: Channel, **options: Any) -> bool:
    """Take the next entry of a queue. One that is no message is dropped; kombu lets its error end the worker."""
    try:
        return bool(_read(channel, **options))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("queue_entry_is_no_message", error=type(error).__name__)
        return True


Channel._brpop_read = _read_over_rubbish  # type: ignore[attr-defined]


class PatientConnection(Connection):
    """A connection that is tried again every second; Celery's own pauses grow to half a minute."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Self:
        """Connect, however long that takes."""
        pauses = {"interval_start": _RETRY_SECONDS, "interval_step": 0, "interval_max": _RETRY_SECONDS}
        super().ensure_connection(*args, **{**kwargs, **pauses})
        return self


class Broker(AMQP):
    """What Celery makes its connections with."""

    Connection = PatientConnection
