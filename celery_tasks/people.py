"""Tasks of what people may ask of those who keep their data."""

import uuid

from cci_app.core.queue import Task
from cci_app.people.erasure import run_erasure
from celery_tasks.app import celery


@celery.task(name=Task.ERASE_PERSON.value)
def erase(job_id: str) -> None:
    """Erase a person, as a job asks."""
    run_erasure(uuid.UUID(job_id))
