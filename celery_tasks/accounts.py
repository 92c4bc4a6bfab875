"""Tasks of members."""

from cci_app.accounts.members.mailing import forget_old, send_waiting
from cci_app.core.queue import Task
from celery_tasks.app import celery


@celery.task(name=Task.TEND_MEMBERS.value)
def tend_members() -> None:
    """Send the links that wait, and forget what is over."""
    send_waiting()
    forget_old()
