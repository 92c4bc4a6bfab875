"""Tasks of reports."""

import uuid

from cci_app.core.queue import Task
from cci_app.reports.delivering import run_report
from celery_tasks.app import celery


@celery.task(name=Task.REPORT.value)
def make_report(job_id: str) -> None:
    """Make and send a report on the work, as a job asks."""
    run_report(uuid.UUID(job_id))
