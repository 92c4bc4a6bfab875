"""Tasks of evaluation."""

import uuid

from cci_app.core.queue import Task
from cci_app.evaluation.experiments.watching import watch_experiments
from cci_app.evaluation.feedback.asking import ask_ratings
from cci_app.evaluation.simulation.job import run_evaluation
from celery_tasks.app import celery


@celery.task(name=Task.ASK_RATINGS.value)
def ask_for_ratings() -> None:
    """Ask people how their conversation was, when it is over."""
    ask_ratings()


@celery.task(name=Task.WATCH_EXPERIMENTS.value)
def watch_running_experiments() -> None:
    """Stop versions that harm, and tell of what is decided."""
    watch_experiments()


@celery.task(name=Task.EVALUATE.value)
def evaluate_version(job_id: str) -> None:
    """Make the report on a version that a job asks for."""
    run_evaluation(uuid.UUID(job_id))
