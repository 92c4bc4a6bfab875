"""Tasks of exports."""

import uuid

from flask import current_app

from cci_app.core.queue import Task
from cci_app.exports.job import forget_old_files, run_export
from cci_app.exports.schedules import enqueue_due
from celery_tasks.app import celery


@celery.task(name=Task.EXPORT.value)
def export(job_id: str) -> None:
    """Make and deliver an export as a job asks."""
    run_export(uuid.UUID(job_id))


@celery.task(name=Task.SCHEDULE_EXPORTS.value)
def schedule_exports() -> None:
    """Ask for the exports that are due, and delete the files that were kept long enough."""
    enqueue_due()
    forget_old_files(current_app.config["SETTINGS"].export_retention_days)
