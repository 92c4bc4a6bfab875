"""How rooms ask for background work: by a task's name, never by importing it.

A task is a bell, not the ledger: it carries ids at most, may be lost and may ring twice. What is to be done stands in
the database, and the sweeper finds what no bell announced.
"""

import heapq
import threading
import time
from enum import StrEnum
from typing import Any

import structlog
from celery import Celery
from flask import Flask, current_app

from cci_app.core.background import Background
from cci_app.core.breaker import Breaker
from config.settings import Settings

log = structlog.get_logger(__name__)

BELL_SECONDS = 0.2
_AWAY_SECONDS = 5.0


class Queue(StrEnum):
    """Every queue there is, by its name in Redis, where others may have theirs."""

    TURNS = "cci.turns"
    LOG = "cci.log"
    JOBS = "cci.jobs"


# The workers, and what each serves: no job, however long, has a process that a turn or the record needs.
WORKERS: dict[str, tuple[Queue, ...]] = {"turns": (Queue.TURNS, Queue.LOG), "jobs": (Queue.JOBS,)}


def worker_words(name: str) -> tuple[str, ...]:
    """The words after `celery -A celery_tasks.app` that start that worker."""
    return ("worker", "-n", f"{name}@%h", "-Q", ",".join(queue.value for queue in WORKERS[name]))


class Task(StrEnum):
    """The names of all tasks."""

    LOG_CONVERSATIONS = "conversation.log"
    SWEEP = "conversation.sweep"
    RESUME_TURN = "conversation.resume_turn"
    SEND = "conversation.send"
    TEND_CHANNELS = "channels.tend"
    RELOAD_CONTACTS = "contacts.reload"
    INGEST_DOCUMENT = "knowledge.ingest"
    CRAWL_SITE = "knowledge.crawl"
    READ_DRIVE = "knowledge.read_drive"
    SWEEP_JOBS = "jobs.sweep"
    TEND_VECTORS = "knowledge.tend_vectors"
    EXPORT = "exports.run"
    FORGET_OLD = "conversation.forget_old"
    ASK_SCHEDULED = "jobs.ask_scheduled"
    FORGET_EXPORTS = "exports.forget"
    TEND_MEMBERS = "accounts.tend"
    ERASE_PERSON = "people.erase"
    TEND_INBOX = "inbox.tend"
    TELL_ALERTS = "usage.tell_alerts"
    ASK_RATINGS = "evaluation.ask_ratings"
    RESET_BILLING = "usage.reset_billing"
    WATCH_WORK = "coordination.watch"
    TELL_SUBSCRIBERS = "coordination.tell_subscribers"
    SYNC_TICKETS = "coordination.sync_tickets"
    CHECK_HANDBOOK = "coordination.check_handbook"
    SYNC_RECORDS = "coordination.sync_records"
    GIVE_LEADS = "leads.give"
    EVALUATE = "evaluation.run"
    REPORT = "reports.run"
    WATCH_EXPERIMENTS = "evaluation.watch_experiments"
    COUNT_DAYS = "admin.count_days"


QUEUE_OF: dict[Task, Queue] = {
    Task.LOG_CONVERSATIONS: Queue.LOG,
    Task.SWEEP: Queue.TURNS,
    Task.RESUME_TURN: Queue.TURNS,
    Task.SEND: Queue.TURNS,
    Task.TEND_CHANNELS: Queue.JOBS,
    Task.RELOAD_CONTACTS: Queue.JOBS,
    Task.INGEST_DOCUMENT: Queue.JOBS,
    Task.CRAWL_SITE: Queue.JOBS,
    Task.READ_DRIVE: Queue.JOBS,
    Task.SWEEP_JOBS: Queue.JOBS,
    Task.TEND_VECTORS: Queue.JOBS,
    Task.EXPORT: Queue.JOBS,
    Task.FORGET_OLD: Queue.JOBS,
    Task.ASK_SCHEDULED: Queue.JOBS,
    Task.FORGET_EXPORTS: Queue.JOBS,
    Task.TEND_MEMBERS: Queue.JOBS,
    Task.ERASE_PERSON: Queue.JOBS,
    Task.TEND_INBOX: Queue.JOBS,
    Task.TELL_ALERTS: Queue.JOBS,
    Task.ASK_RATINGS: Queue.JOBS,
    Task.RESET_BILLING: Queue.JOBS,
    Task.WATCH_WORK: Queue.JOBS,
    Task.TELL_SUBSCRIBERS: Queue.JOBS,
    Task.SYNC_TICKETS: Queue.JOBS,
    Task.CHECK_HANDBOOK: Queue.JOBS,
    Task.SYNC_RECORDS: Queue.JOBS,
    Task.GIVE_LEADS: Queue.JOBS,
    Task.EVALUATE: Queue.JOBS,
    Task.REPORT: Queue.JOBS,
    Task.WATCH_EXPERIMENTS: Queue.JOBS,
    Task.COUNT_DAYS: Queue.JOBS,
}


def celery_config(settings: Settings) -> dict[str, Any]:
    """Settings of Celery, for those who ring and those who answer."""
    socket_options = {
        "socket_timeout": 2.0,
        "socket_connect_timeout": 1.0,
        # Acknowledged in the worker alone, not in Redis: kombu would do that over a connection that was lost meanwhile,
        # and the worker would end of it. The sweeper finds what a worker leaves behind.
        "ack_emulation": False,
        # Were they acknowledged in Redis: when a task is given to another worker.
        "visibility_timeout": 60,
        "max_retries": 1,
    }
    return {
        "broker_url": settings.broker_address,
        "broker_transport_options": socket_options,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": settings.worker_concurrency,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": Queue.TURNS.value,
        "task_create_missing_queues": False,
        "task_queues": _queues(),
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.1},
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "timezone": "UTC",
    }


def _queues() -> list[Any]:
    from kombu import Queue as BrokerQueue

    return [BrokerQueue(queue.value, routing_key=queue.value) for queue in Queue]


class Bells:
    """Rings tasks from a thread of its own: no request waits for the broker, nor hears of its faults.

    The same bell rung often within 0.2 s rings once. While the broker is away bells are dropped for some seconds at a
    time: the sweeper makes up for them.
    """

    def __init__(self, settings: Settings) -> None:
        self._celery = Celery("cci-bells", set_as_current=False)
        self._celery.conf.update(celery_config(settings))
        self._pending: dict[tuple[Task, str | None], None] = {}
        self._lock = threading.Lock()
        self._breaker = Breaker("broker", failures=1, away_seconds=_AWAY_SECONDS)
        self._later: list[tuple[float, Task, str]] = []
        self._ripening = threading.Condition()
        self._ripener: threading.Thread | None = None
        self._stopped = False
        self._background = Background("bells", self._send, BELL_SECONDS)

    def ring(self, task: Task, record_id: str | None = None) -> None:
        """Ask for `task`, with the id of a record when it is about one; returns at once."""
        with self._lock:
            self._pending[task, record_id] = None
        self._background.wake()

    def ring_after(self, seconds: float, task: Task, record_id: str) -> None:
        """Ask for `task` when so many seconds have gone by; returns at once.

        It waits in this process, not in the broker. Should the process end, the sweeper finds the work.
        """
        with self._ripening:
            heapq.heappush(self._later, (time.monotonic() + seconds, task, record_id))
            if self._ripener is None or not self._ripener.is_alive():
                self._ripener = threading.Thread(target=self._ripen, name="bells-later", daemon=True)
                self._ripener.start()
            self._ripening.notify()

    def stop(self) -> None:
        """Ring what is left and end."""
        with self._ripening:
            self._stopped = True
            for _, task, record_id in self._later:
                self.ring(task, record_id)
            self._ripening.notify()
        self._background.stop()

    def _ripen(self) -> None:
        with self._ripening:
            while not self._stopped:
                while self._later and self._later[0][0] <= time.monotonic():
                    _, task, record_id = heapq.heappop(self._later)
                    self.ring(task, record_id)
                self._ripening.wait(max(0.0, self._later[0][0] - time.monotonic()) if self._later else None)

    def _send(self) -> None:
        with self._lock:
            pending, self._pending = self._pending, {}
        for task, record_id in pending:
            if not self._breaker.may_ask():
                return
            try:
                args = [record_id] if record_id is not None else []
                self._celery.send_task(task.value, args=args, queue=QUEUE_OF[task].value)
            except Exception as error:
                # Kombu raises the transport's own classes; whatever it is, the sweeper will find the work.
                self._breaker.failed()
                log.warning("bell_not_rung", task=task.value, error=type(error).__name__)
            else:
                self._breaker.answered()


def init_queue(app: Flask, settings: Settings) -> None:
    """Give the application its bells."""
    app.extensions["cci_bells"] = Bells(settings)


def ring(task: Task, record_id: str | None = None) -> None:
    """Ask for background work; returns at once."""
    bells: Bells = current_app.extensions["cci_bells"]
    bells.ring(task, record_id)


def ring_after(seconds: float, task: Task, record_id: str) -> None:
    """Ask for background work that is not to begin yet; returns at once."""
    bells: Bells = current_app.extensions["cci_bells"]
    bells.ring_after(seconds, task, record_id)
