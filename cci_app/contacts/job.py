"""Reloading the contact book from a workbook: asked for by an admin, done by a worker."""

import uuid
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from cci_app.accounts.models import Organisation
from cci_app.contacts import book, kinds, reload
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.reload import ReloadDiff
from cci_app.contacts.source import fetch_workbook
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound, TooManyRequests, Unavailable
from cci_app.core.queue import Task
from cci_app.core.seats import NoSeat, Seat, Seats
from cci_app.files.store import file_store
from cci_app.jobs.asking import ask
from cci_app.jobs.claims import Claim, claimed
from cci_app.jobs.models import Job, JobState
from config.settings import Settings

# A workbook that is read in a request has a process of its own, which may take hundreds of megabytes.
_WAIT_SECONDS = 10.0
_READING = Seats(of_one=1, of_all=2, waiting_of_one=2, seconds=_WAIT_SECONDS)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def request_reload(
    organisation_id: int, upload: bytes | None, request_id: str | None = None, *, confirm: int | None = None
) -> Job:
    """Have a worker reload the contacts from the uploaded workbook, or from `CONTACTS_EXCEL_PATH`.

    Raises WorkbookError for an upload that is plainly no workbook, Conflict where there is nothing to reload from, and
    RemovesMany where more than a tenth of the book would go and `confirm` is not their number.
    """
    settings = _settings()
    payload: dict[str, Any] = {} if confirm is None else {"confirm": confirm}
    if upload is None:
        check_configured(organisation_id, settings)
    else:
        _check_upload(upload, settings)
        payload["file"] = f"contacts/{organisation_id}/{uuid.uuid4().hex}"
        file_store(settings).put(payload["file"], upload)
    try:
        _ask_first(organisation_id, upload, confirm, settings)
        with tenant_transaction(organisation_id) as session:
            job = ask(organisation_id, Task.RELOAD_CONTACTS, payload, request_id, within=session, once=upload is None)
            record(session, organisation_id, "contacts.reload_requested", f"job:{job.id}", {"uploaded": bool(upload)})
        return job
    except BaseException:
        if "file" in payload:
            file_store(settings).delete(payload["file"])
        raise


def _ask_first(organisation_id: int, upload: bytes | None, confirm: int | None, settings: Settings) -> None:
    """Raise RemovesMany while somebody is there to be asked; the job looks again, and tells whatever else is wrong."""
    with tenant_transaction(organisation_id) as session:
        if not book.count(session, organisation_id):
            return
    try:
        data = fetch_workbook(settings) if upload is None else upload
        with _seat(organisation_id):
            planned = reload.plan(organisation_id, data, settings.default_region)
    except (WorkbookError, Unavailable):
        return
    reload.check_removed(planned, confirm)


def _seat(organisation_id: int) -> Seat:
    try:
        return _READING.take(organisation_id)
    except NoSeat as error:
        raise TooManyRequests(
            "other workbooks are being read: try again in some seconds", retry_after=int(_WAIT_SECONDS)
        ) from error


def dry_run(organisation_id: int, upload: bytes | None) -> dict[str, Any]:
    """What a reload would change, as `ReloadDiff.as_dict`; changes nothing.

    Raises WorkbookError, Conflict where there is nothing to reload from, Unavailable where that does not answer.
    """
    settings = _settings()
    if upload is None:
        check_configured(organisation_id, settings)
        upload = fetch_workbook(settings)
    else:
        _check_upload(upload, settings)
    with _seat(organisation_id):
        return reload.plan(organisation_id, upload, settings.default_region).as_dict()


def run_reload(job_id: uuid.UUID) -> None:
    """Do a reload that was asked for. The job's result is the summary of a ReloadDiff; the upload is removed."""
    with claimed(job_id) as claim:
        if claim is None:
            return
        _reload(claim)
    key = claim.payload.get("file")
    if key and claim.state in {JobState.DONE, JobState.FAILED}:
        file_store(_settings()).delete(key)


def _reload(claim: Claim) -> None:
    settings = _settings()

    def finish(session: Session, done: ReloadDiff) -> None:
        contacts = len(done.workbook.entries)
        claim.progress(contacts, contacts)
        claim.finish(session, done.summary())

    reload.apply(
        claim.organisation_id,
        _workbook(claim, settings),
        settings.default_region,
        confirm=claim.payload.get("confirm"),
        finish=finish,
    )


def _workbook(claim: Claim, settings: Settings) -> bytes:
    key = claim.payload.get("file")
    if key is None:
        return fetch_workbook(settings)
    try:
        with file_store(settings).open(key) as file:
            return file.read()
    except NotFound as error:
        raise WorkbookError("the uploaded workbook is no longer there: upload it again") from error


def _check_upload(upload: bytes, settings: Settings) -> None:
    if len(upload) > settings.max_upload_bytes:
        raise WorkbookError(f"the workbook is larger than {settings.max_upload_bytes:,} bytes")
    kinds.kind_of(upload)


def check_configured(organisation_id: int, settings: Settings) -> None:
    """Refuse the configured workbook to any organisation but its own: one's contacts are not the other's."""
    if not settings.contacts_excel_path:
        raise Conflict("CONTACTS_EXCEL_PATH is not set: send the workbook with the request")
    with tenant_transaction(organisation_id) as session:
        slug = session.scalar(sa.select(Organisation.slug).where(Organisation.id == organisation_id))
    if slug != settings.default_organisation:
        raise Conflict("CONTACTS_EXCEL_PATH belongs to another organisation: send the workbook with the request")
