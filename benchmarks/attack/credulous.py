"""The worker that believes whatever stands in its queues, as kombu has it. For a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from kombu.transport.redis import Channel

_read = Channel._brpop_read  # type: ignore[attr-defined]

from celery_tasks.app import celery  # noqa: E402 (it changes how a queue is read)

__all__ = ["celery"]

Channel._brpop_read = _read  # type: ignore[attr-defined]
