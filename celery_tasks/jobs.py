"""Tasks of the job table."""

from cci_app.admin.schedules import PAYLOADS
from cci_app.core.queue import Task, ring
from cci_app.jobs.ledger import open_jobs
from cci_app.jobs.schedules import ask_due, schedule_for_all
from celery_tasks.app import celery

# When few people write.
RETENTION_HOUR = 3


@celery.task(name=Task.SWEEP_JOBS.value)
def sweep_jobs() -> None:
    """Ring for the jobs that nobody works on. A job's kind is the name of its task."""
    for job in open_jobs():
        ring(Task(job.kind), str(job.job_id))


@celery.task(name=Task.ASK_SCHEDULED.value)
def ask_scheduled() -> None:
    """Ask for the jobs that are due by a schedule."""
    schedule_for_all(Task.FORGET_OLD, "retention", RETENTION_HOUR)
    ask_due(PAYLOADS)
