"""Tasks of usage."""

from cci_app.core.queue import Task
from cci_app.usage.quotas import reset_billing_periods
from cci_app.usage.slack import tell_alerts
from celery_tasks.app import celery


@celery.task(name=Task.TELL_ALERTS.value)
def tell_waiting_alerts() -> None:
    """Tell of the alerts that wait."""
    tell_alerts()


@celery.task(name=Task.RESET_BILLING.value)
def reset_billing() -> None:
    """Begin the next billing period where one is over."""
    reset_billing_periods()
