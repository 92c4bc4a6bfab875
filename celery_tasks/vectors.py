"""Tasks of the passages' vectors."""

from cci_app.core.queue import Task
from cci_app.knowledge.index.upkeep import tend_all
from celery_tasks.app import celery
from celery_tasks.timetable import TEND_SECONDS


@celery.task(name=Task.TEND_VECTORS.value)
def tend_vectors() -> None:
    """Bring the vectors into step with the passages."""
    tend_all(TEND_SECONDS)
