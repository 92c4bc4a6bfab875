"""Schedules of all kinds, where the rooms that do the jobs meet."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from flask import current_app

from cci_app.contacts.job import check_configured
from cci_app.core.errors import InvalidInput
from cci_app.core.queue import Task
from cci_app.exports.schedules import payload_of
from cci_app.jobs.models import Schedule
from cci_app.jobs.schedules import PayloadOfRun, add_schedule
from cci_app.knowledge.documents.crawl import payload_of_site
from cci_app.knowledge.documents.drive import payload_of_drive
from cci_app.knowledge.schemas import CrawlPayload
from cci_app.reports import delivering


def _as_kept(schedule: Schedule, _: date) -> dict[str, Any]:
    return schedule.payload


PAYLOADS: Mapping[Task, PayloadOfRun] = {
    Task.EXPORT: payload_of,
    Task.RELOAD_CONTACTS: _as_kept,
    Task.CRAWL_SITE: _as_kept,
    Task.READ_DRIVE: _as_kept,
    Task.FORGET_OLD: _as_kept,
    Task.REPORT: delivering.payload_of,
}


def schedule_reload(organisation_id: int, when: Mapping[str, Any]) -> Schedule:
    """Reload the contacts from the configured workbook again and again. Raises Conflict where there is none."""
    check_configured(organisation_id, current_app.config["SETTINGS"])
    return add_schedule(organisation_id, Task.RELOAD_CONTACTS, {**when, "payload": {}})


def schedule_crawl(organisation_id: int, when: Mapping[str, Any], asked: Mapping[str, Any]) -> Schedule:
    """Read a site again and again, as `POST /api/v1/knowledge/crawls` is asked. Raises InvalidInput."""
    try:
        site = CrawlPayload().load(asked)
    except ma.ValidationError as error:
        raise InvalidInput("the site cannot be read so", details=error.messages_dict) from error
    return add_schedule(organisation_id, Task.CRAWL_SITE, {**when, "payload": payload_of_site(**site)})


def schedule_drive(organisation_id: int, when: Mapping[str, Any], name: str | None, assistant: str | None) -> Schedule:
    """Read the folder of an integration google_drive again and again. Raises Conflict where there is none."""
    payload = payload_of_drive(organisation_id, name, assistant)
    return add_schedule(organisation_id, Task.READ_DRIVE, {**when, "name": payload["account"], "payload": payload})
