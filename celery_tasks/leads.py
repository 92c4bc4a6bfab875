"""Leads and CRMs."""

from cci_app.core.queue import Task
from cci_app.leads.giving_out import give_all_leads
from celery_tasks.app import celery


@celery.task(name=Task.GIVE_LEADS.value)
def give_leads() -> None:
    """Give leads to the CRMs that take them."""
    give_all_leads()
