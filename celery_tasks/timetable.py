"""Celery as beat and whoever asks after workers need it: what is due when, and no application to do it.

`celery -A celery_tasks.timetable beat` and `... inspect ping`. Whatever does a task takes `celery_tasks.app`.
"""

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from cci_app import read_settings
from cci_app.core.queue import Queue, Task, celery_config
from celery_tasks.beat import Every
from celery_tasks.broker import Broker
from config.logs import configure_logging
from config.settings import get_settings

SWEEP_SECONDS = 5.0
TEND_SECONDS = 30.0
INBOX_SECONDS = 10.0
SCHEDULE_SECONDS = 60.0
COUNT_SECONDS = 600.0


def _entry(task: Task, queue: Queue, seconds: float) -> dict[str, Any]:
    """A task for every so many seconds; one that was not taken by then has been asked for again."""
    return {"task": task.value, "schedule": Every(seconds), "options": {"queue": queue.value, "expires": seconds}}


celery = Celery("cci", amqp=Broker)
celery.conf.update(celery_config(read_settings()))
celery.conf.beat_scheduler = "celery_tasks.beat:Beat"
celery.conf.beat_schedule = {
    "tend-channels": _entry(Task.TEND_CHANNELS, Queue.JOBS, SCHEDULE_SECONDS),
    "sweep-conversations": _entry(Task.SWEEP, Queue.TURNS, SWEEP_SECONDS),
    "sweep-jobs": _entry(Task.SWEEP_JOBS, Queue.JOBS, SWEEP_SECONDS),
    "tend-vectors": _entry(Task.TEND_VECTORS, Queue.JOBS, TEND_SECONDS),
    "tend-members": _entry(Task.TEND_MEMBERS, Queue.JOBS, TEND_SECONDS),
    "tend-inbox": _entry(Task.TEND_INBOX, Queue.JOBS, INBOX_SECONDS),
    "tell-alerts": _entry(Task.TELL_ALERTS, Queue.JOBS, TEND_SECONDS),
    "ask-ratings": _entry(Task.ASK_RATINGS, Queue.JOBS, SCHEDULE_SECONDS),
    "reset-billing": _entry(Task.RESET_BILLING, Queue.JOBS, SCHEDULE_SECONDS),
    "watch-experiments": _entry(Task.WATCH_EXPERIMENTS, Queue.JOBS, TEND_SECONDS),
    "count-days": _entry(Task.COUNT_DAYS, Queue.JOBS, COUNT_SECONDS),
    "watch-work": _entry(Task.WATCH_WORK, Queue.JOBS, SCHEDULE_SECONDS),
    "check-handbook": _entry(Task.CHECK_HANDBOOK, Queue.JOBS, SCHEDULE_SECONDS),
    "tell-subscribers": _entry(Task.TELL_SUBSCRIBERS, Queue.JOBS, INBOX_SECONDS),
    "sync-tickets": _entry(Task.SYNC_TICKETS, Queue.JOBS, SCHEDULE_SECONDS),
    "sync-records": _entry(Task.SYNC_RECORDS, Queue.JOBS, SCHEDULE_SECONDS),
    "give-leads": _entry(Task.GIVE_LEADS, Queue.JOBS, SCHEDULE_SECONDS),
    "ask-scheduled": _entry(Task.ASK_SCHEDULED, Queue.JOBS, SCHEDULE_SECONDS),
    "forget-exports": _entry(Task.FORGET_EXPORTS, Queue.JOBS, SCHEDULE_SECONDS),
}


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    configure_logging(get_settings())
