"""Celery's way to Redis, for when Redis goes and comes back."""

from typing import Any, Self

from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport.redis import Channel

_RETRY_SECONDS = 1.0

# A worker that loses Redis with a task under way would put the task back over the connection it has just lost. A bell
# that rang in vain costs nothing: the sweeper finds the work.
Channel.do_restore = False


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
