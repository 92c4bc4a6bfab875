"""Tasks of those who administer."""

from cci_app.admin.overview.days import count_days
from cci_app.core.queue import Task
from celery_tasks.app import celery


@celery.task(name=Task.COUNT_DAYS.value)
def count_the_days() -> None:
    """Count the days that are over, once."""
    count_days()
