"""Tasks of exports."""

import uuid

from flask import current_app

from cci_app.core.queue import Task
from cci_app.exports.job import forget_old_files, run_export
from celery_tasks.app import celery


@celery.task(name=Task.EXPORT.value)
def export(job_id: str) -> None:
    """Make and deliver an export as a job asks."""
    run_export(uuid.UUID(job_id))


@celery.task(name=Task.FORGET_EXPORTS.value)
def forget_exports() -> None:
    """Delete the files that were kept long enough."""
    forget_old_files(current_app.config["SETTINGS"].export_retention_days)
