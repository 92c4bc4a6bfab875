"""The record as files: ask for one, watch it being made, fetch it or follow it to where it went."""

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, request

from cci_app.conversation.models import RunStatus
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, InvalidInput
from cci_app.dashboard.asked import sent
from cci_app.dashboard.choices import assistants_of, languages_of
from cci_app.dashboard.formats import day, language_name
from cci_app.dashboard.frame import go, organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.words import gettext
from cci_app.exports.job import DOWNLOAD, KIND, Order, cancel_export, request_export, retry_export
from cci_app.exports.routes import shown
from cci_app.exports.schemas import Filters, selection_of
from cci_app.exports.selection import ExportFormat
from cci_app.integrations.accounts import integrations
from cci_app.jobs.ledger import list_jobs

_SHOWN = 30
_OPEN = {"queued", "running"}


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("")(show_exports)
    pages.post("")(order)
    pages.post("/<uuid:job_id>/cancel")(cancel)
    pages.post("/<uuid:job_id>/retry")(retry)


def show_exports(problem: str | None = None) -> Response:
    """A form for a new export, and those that were made."""
    jobs = [shown(job) for job in list_jobs(organisation_id(), KIND, _SHOWN)]
    tag = tag_of(jobs)
    if problem is None and (same := unchanged(tag)) is not None:
        return same
    specs = get_conversation().catalogue.specs(organisation_id())
    body = page(
        "exports",
        jobs=jobs,
        working=any(job["state"] in _OPEN for job in jobs),
        problem=problem,
        given=request.form if request.method == "POST" else request.args,
        destinations=_destinations(),
        formats=[(ExportFormat.EXCEL, "Excel"), (ExportFormat.CSV, "CSV"), (ExportFormat.JSON, "JSON")],
        statuses=_statuses(),
        said=_said,
        languages=languages_of(specs),
        assistants=assistants_of(specs),
        tag=tag,
    )
    return tagged(body, tag)


def order() -> Any:
    """Have a worker make an export."""
    try:
        selection = selection_of(sent(Filters()))
        form = ExportFormat(request.form.get("format", ExportFormat.EXCEL))
        job = request_export(
            organisation_id(), Order(selection, form, request.form.get("destination") or DOWNLOAD), g.request_id
        )
    except ValueError:
        return show_exports(gettext("There is no such format."))
    except InvalidInput:
        return show_exports(gettext("A filter cannot be used as it is: look at the dates and the number."))
    except CciError as error:
        return show_exports(error.message)
    return go(f"/admin/exports#job-{job.id}")


def cancel(job_id: uuid.UUID) -> Any:
    """Stop one that is under way."""
    cancel_export(organisation_id(), job_id)
    return go("/admin/exports")


def retry(job_id: uuid.UUID) -> Any:
    """Try one again that failed."""
    retry_export(organisation_id(), job_id)
    return go(f"/admin/exports#job-{job_id}")


def _destinations() -> list[tuple[str, str]]:
    """Where an export may go: to this browser, or to the accounts that are set up."""
    names = {"sharepoint": "SharePoint", "google_sheets": "Google Sheets", "folder": gettext("A folder")}
    accounts = [
        (
            account.kind if account.name == "default" else f"{account.kind}:{account.name}",
            names[account.kind] + ("" if account.name == "default" else f" ({account.name})"),
        )
        for account in integrations.list(organisation_id())
        if account.kind in names
    ]
    return [(DOWNLOAD, gettext("To download here")), *accounts]


def _said(filters: dict[str, str]) -> list[str]:
    """What was chosen, in words."""
    words = {"status": dict(_statuses())}
    said = []
    for name, value in filters.items():
        if name.endswith("_date"):
            edge = gettext("from %(day)s") if name == "start_date" else gettext("until %(day)s")
            said.append(edge % {"day": day(date.fromisoformat(value))})
        else:
            said.append(language_name(value) if name == "language" else words.get(name, {}).get(value, value))
    return said


def _statuses() -> list[tuple[str, str]]:
    return [
        (RunStatus.COMPLETED.value, gettext("Completed")),
        (RunStatus.IN_PROGRESS.value, gettext("In progress")),
        (RunStatus.ABANDONED.value, gettext("Abandoned")),
    ]
