"""Tasks of the conversation room."""

import uuid

from flask import current_app

from cci_app.admin.health import note_worker
from cci_app.conversation.log import log_conversations
from cci_app.conversation.outbox import receiver_of
from cci_app.conversation.retention import run_retention
from cci_app.conversation.service import get_conversation
from cci_app.conversation.sweep import person_of, sweep
from cci_app.core.queue import Task
from celery_tasks.app import celery

# A process that stands still, whatever it is at, is ended by the worker when a task of its own has waited so long. An
# outage is shorter, mostly; where it is not, what is lost is an attempt.
STUCK_SECONDS = 120
LONGEST_SECONDS = 600


@celery.task(name=Task.LOG_CONVERSATIONS.value, time_limit=LONGEST_SECONDS)
def log() -> None:
    """Write the record of what was answered."""
    log_conversations()


@celery.task(name=Task.SWEEP.value, time_limit=STUCK_SECONDS)
def sweep_conversations() -> None:
    """Find what nobody finished, and be seen at work."""
    note_worker()
    sweep(current_app.config["SETTINGS"].reply_budget_seconds)


@celery.task(name=Task.RESUME_TURN.value, time_limit=STUCK_SECONDS)
def resume_turn(receipt_id: str) -> None:
    """Answer the person of that receipt, for which nobody waits."""
    person = person_of(int(receipt_id))
    if person is not None:
        get_conversation().resume(person)


@celery.task(name=Task.SEND.value, time_limit=LONGEST_SECONDS)
def send(message_id: str) -> None:
    """Send what waits for the person of that outbound message."""
    person = receiver_of(int(message_id))
    if person is not None:
        get_conversation().outbox.send(person)


@celery.task(name=Task.FORGET_OLD.value)
def forget_old(job_id: str) -> None:
    """Forget what is old enough, as a job asks."""
    run_retention(uuid.UUID(job_id))
