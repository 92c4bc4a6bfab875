"""Tasks of the job table."""

from cci_app.core.queue import Task, ring
from cci_app.jobs.ledger import open_jobs
from celery_tasks.app import celery


@celery.task(name=Task.SWEEP_JOBS.value)
def sweep_jobs() -> None:
    """Ring for the jobs that nobody works on. A job's kind is the name of its task."""
    for job in open_jobs():
        ring(Task(job.kind), str(job.job_id))
