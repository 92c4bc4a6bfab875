"""Tasks of the contact book."""

import uuid

from cci_app.contacts.job import run_reload
from cci_app.core.queue import Task
from celery_tasks.app import celery


@celery.task(name=Task.RELOAD_CONTACTS.value)
def reload_contacts(job_id: str) -> None:
    """Reload the contact book as a job asks."""
    run_reload(uuid.UUID(job_id))
