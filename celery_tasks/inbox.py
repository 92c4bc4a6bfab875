"""Tasks of the inbox."""

from cci_app.core.queue import Task
from cci_app.inbox.watch import tend
from celery_tasks.app import celery


@celery.task(name=Task.TEND_INBOX.value)
def tend_inbox() -> None:
    """Tell of people who wait, and let the assistant go on where a human is silent for long."""
    tend()
