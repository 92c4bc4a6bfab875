"""The Celery application: `celery -A celery_tasks.app worker` and `... beat`."""

from collections.abc import Mapping
from typing import Any

from celery import Celery, Task, signals
from celery.signals import setup_logging
from flask import Flask

from cci_app import after_fork, before_exit, start
from cci_app.core.queue import WORKERS, Queue, celery_config
from cci_app.core.queue import Task as TaskName
from celery_tasks.broker import Broker
from config.logs import configure_logging
from config.settings import get_settings

SWEEP_SECONDS = 5.0
TEND_SECONDS = 30.0
SCHEDULE_SECONDS = 60.0

flask_app: Flask = start()


class InApplication(Task):  # type: ignore[type-arg]  # celery-types makes it generic, Celery's own class is not
    """A task whose body runs in the Flask application."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app.app_context():
            return super().__call__(*args, **kwargs)


celery = Celery("cci", task_cls=InApplication, amqp=Broker)
celery.conf.update(celery_config(get_settings()))
celery.conf.include = [
    "celery_tasks.conversation",
    "celery_tasks.contacts",
    "celery_tasks.jobs",
    "celery_tasks.knowledge",
    "celery_tasks.vectors",
    "celery_tasks.exports",
    "celery_tasks.accounts",
]
celery.conf.beat_schedule = {
    "sweep-conversations": {
        "task": TaskName.SWEEP.value,
        "schedule": SWEEP_SECONDS,
        "options": {"queue": Queue.TURNS.value, "expires": SWEEP_SECONDS},
    },
    "sweep-jobs": {
        "task": TaskName.SWEEP_JOBS.value,
        "schedule": SWEEP_SECONDS,
        "options": {"queue": Queue.JOBS.value, "expires": SWEEP_SECONDS},
    },
    "tend-vectors": {
        "task": TaskName.TEND_VECTORS.value,
        "schedule": TEND_SECONDS,
        "options": {"queue": Queue.JOBS.value, "expires": TEND_SECONDS},
    },
    "tend-members": {
        "task": TaskName.TEND_MEMBERS.value,
        "schedule": TEND_SECONDS,
        "options": {"queue": Queue.JOBS.value, "expires": TEND_SECONDS},
    },
    "ask-scheduled": {
        "task": TaskName.ASK_SCHEDULED.value,
        "schedule": SCHEDULE_SECONDS,
        "options": {"queue": Queue.JOBS.value, "expires": SCHEDULE_SECONDS},
    },
    "forget-exports": {
        "task": TaskName.FORGET_EXPORTS.value,
        "schedule": SCHEDULE_SECONDS,
        "options": {"queue": Queue.JOBS.value, "expires": SCHEDULE_SECONDS},
    },
}


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    configure_logging(get_settings())


@signals.celeryd_init.connect
def _choose_processes(conf: Any, options: Mapping[str, Any], **_: Any) -> None:
    """A worker that does jobs alone has processes of its own number."""
    queues = set(options.get("queues") or ())
    if queues and queues <= {queue.value for queue in WORKERS["jobs"]}:
        conf.worker_concurrency = get_settings().job_concurrency


@signals.worker_process_init.connect
def _begin(**_: Any) -> None:
    after_fork(flask_app)


@signals.worker_process_shutdown.connect
def _finish(**_: Any) -> None:
    before_exit(flask_app)
