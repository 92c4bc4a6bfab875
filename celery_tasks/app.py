"""The Celery application of whoever does tasks: `celery -A celery_tasks.app worker`."""

from collections.abc import Mapping
from typing import Any

from celery import Task, signals
from flask import Flask

from cci_app import after_fork, before_exit, start
from cci_app.core.queue import WORKERS
from celery_tasks.timetable import celery
from config.settings import get_settings

__all__ = ("celery", "flask_app")

flask_app: Flask = start(serves=False)


class InApplication(Task):  # type: ignore[type-arg]  # celery-types makes it generic, Celery's own class is not
    """A task whose body runs in the Flask application."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app.app_context():
            return super().__call__(*args, **kwargs)


# Before any task is made of it.
celery.task_cls = InApplication  # type: ignore[assignment]  # celery-types knows a name alone, Celery a class, too
celery.conf.include = [
    "celery_tasks.channels",
    "celery_tasks.conversation",
    "celery_tasks.contacts",
    "celery_tasks.jobs",
    "celery_tasks.leads",
    "celery_tasks.knowledge",
    "celery_tasks.vectors",
    "celery_tasks.exports",
    "celery_tasks.accounts",
    "celery_tasks.admin",
    "celery_tasks.people",
    "celery_tasks.inbox",
    "celery_tasks.usage",
    "celery_tasks.evaluation",
    "celery_tasks.coordination",
    "celery_tasks.reports",
]


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
