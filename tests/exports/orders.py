"""Exports as jobs, and schedules, in the state that a test needs."""

import uuid
from typing import Any

from flask.testing import FlaskClient

from cci_app.exports import job as exports
from cci_app.exports.job import Order, request_export, run_export
from cci_app.exports.schedules import add_export_schedule
from cci_app.exports.selection import ExportFormat, Selection
from cci_app.jobs import ledger
from cci_app.jobs.models import Job
from tests.conftest import Tenant

EVERY_DAY: dict[str, Any] = {
    "name": "Daily",
    "frequency": "daily",
    "hour": 6,
    "weekday": 1,
    "month_day": 1,
    "format": "csv",
    "destination": "download",
    "filters": {},
    "active": True,
}


def ask(tenant: Tenant, form: str = "csv", destination: str = exports.DOWNLOAD, **filters: Any) -> uuid.UUID:
    """An export that nobody has made yet."""
    order = Order(Selection(**filters), ExportFormat(form), destination)
    return request_export(tenant.organisation_id, order).id


def made(tenant: Tenant, form: str = "csv", destination: str = exports.DOWNLOAD, **filters: Any) -> Job:
    """An export after a worker was done with it."""
    job_id = ask(tenant, form, destination, **filters)
    run_export(job_id)
    return exports.find_export(tenant.organisation_id, job_id)


def read(web: FlaskClient, tenant: Tenant, address: str) -> Any:
    """What the organisation reads at that address."""
    return web.get(address, headers=tenant.headers).json


def export_for(operation: str, tenant: Tenant) -> dict[str, str]:
    """Parameters that the operation of exports can be shown with; none for other operations."""
    if operation in {"change_export_schedule", "delete_export_schedule"}:
        return {"schedule_id": str(add_export_schedule(tenant.organisation_id, EVERY_DAY).id)}
    if operation == "list_exports":
        return {"before": str(ask(tenant))}
    if operation == "cancel_export_job":
        return {"job_id": str(ask(tenant))}
    if operation == "retry_export_job":
        job_id = ask(tenant)
        ledger.cancel(tenant.organisation_id, job_id)
        return {"job_id": str(job_id)}
    if operation in {"get_export", "download_export", "reconcile_export"}:
        return {"job_id": str(made(tenant).id)}
    return {}
