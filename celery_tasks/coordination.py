"""Tasks of the coordinator."""

from cci_app.coordination.crm.bringing import bring_records_together
from cci_app.coordination.handbook.checking import check_all_work
from cci_app.coordination.hooks.telling import tell_subscribers
from cci_app.coordination.zendesk.bringing import bring_all_together
from cci_app.core.queue import Task
from cci_app.reminders.sending import tend
from celery_tasks.app import celery


@celery.task(name=Task.WATCH_WORK.value)
def watch_work() -> None:
    """Look at the work that is late or stuck, and tell whoever is to be told."""
    tend()


@celery.task(name=Task.TELL_SUBSCRIBERS.value)
def tell() -> None:
    """Tell subscribers what was done with the work."""
    tell_subscribers()


@celery.task(name=Task.SYNC_TICKETS.value)
def sync_tickets() -> None:
    """Bring tasks and tickets together."""
    bring_all_together()


@celery.task(name=Task.CHECK_HANDBOOK.value)
def check_handbook() -> None:
    """Hold what changed in the work against the handbook."""
    check_all_work()


@celery.task(name=Task.SYNC_RECORDS.value)
def sync_records() -> None:
    """Bring tasks and the records of CRMs together."""
    bring_records_together()
