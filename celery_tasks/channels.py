"""Tasks of the channels room."""

from cci_app.channels.accounts import tend_accounts
from cci_app.core.queue import Task
from celery_tasks.app import celery

LONGEST_SECONDS = 120


@celery.task(name=Task.TEND_CHANNELS.value, time_limit=LONGEST_SECONDS)
def tend() -> None:
    """Have channels deliver to us, and see how their accounts are."""
    tend_accounts()
