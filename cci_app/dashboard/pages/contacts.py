"""The contact book: who is in it, one card, and a new workbook whose difference is seen before it counts."""

import uuid
from typing import Any

from flask import Blueprint, Response, current_app, g, request

from cci_app.admin.people.directory import Looked, find_contact, list_contacts
from cci_app.admin.people.schemas import ContactsQuery
from cci_app.contacts.job import dry_run, request_reload
from cci_app.core.errors import CciError, Conflict, InvalidInput
from cci_app.core.http.fields import read_user_id
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form
from cci_app.core.queue import Task
from cci_app.dashboard.asked import asked
from cci_app.dashboard.frame import go, organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.looking import who_looks
from cci_app.dashboard.words import gettext
from cci_app.jobs.ledger import find_job
from cci_app.people.erasure import erase_person


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/contacts")(show_contacts)
    pages.get("/contacts/<string:user_id>")(show_contact)
    pages.post("/contacts/<string:user_id>/erase")(erase_contact)
    pages.post("/contacts/compare")(compare_workbook)
    pages.post("/contacts/replace")(replace_contacts)
    pages.get("/contacts/reloads/<uuid:job_id>")(show_reload)


def show_contacts() -> str:
    """The book, or those of it who fit."""
    query, problem = {}, None
    try:
        query = asked(ContactsQuery())
    except InvalidInput:
        problem = gettext("A filter cannot be used as it is: begin again without it.")
    looked = Looked(**{name: query.get(name) for name in ("text", "city", "wrote", "completed")})
    found = list_contacts(organisation_id(), looked, before=query.get("before"), limit=query.get("limit", 50))
    filtered = any(request.args.get(name) for name in ("text", "city", "wrote", "completed"))
    return page("contacts", found=found, problem=problem, filtered=filtered, **_configured())


def show_contact(user_id: str) -> str:
    """All that is known of one person."""
    region = current_app.config["SETTINGS"].default_region
    return page("contact", contact=find_contact(organisation_id(), read_user_id(user_id), region))


def erase_contact(user_id: str) -> Response:
    """Erase all that is kept of one person."""
    erase_person(organisation_id(), read_user_id(user_id))
    return go("/admin/contacts")


def compare_workbook() -> str:
    """What a workbook would change; nothing changes yet."""
    workbook = _uploaded()
    difference, problem = None, None
    try:
        difference = dry_run(organisation_id(), workbook)
    except CciError as error:
        problem = error.message
    return page("contacts_difference", difference=difference, problem=problem, from_file=workbook is not None)


def replace_contacts() -> Any:
    """Have a worker make the book what the workbook says: just so many go as the member saw and confirmed."""
    workbook = _uploaded()
    confirmed = request.form.get("confirm", type=int)
    try:
        job = request_reload(organisation_id(), workbook, g.request_id, confirm=confirmed)
    except Conflict as error:
        # The book, or the workbook, changed since it was compared.
        stale = gettext("The book has changed since you looked: this is how it differs now.")
        if "examples" not in error.details:
            raise
        return page(
            "contacts_difference", difference=error.details, problem=None, stale=stale, from_file=workbook is not None
        )
    return go(f"/admin/contacts/reloads/{job.id}")


def show_reload(job_id: uuid.UUID) -> Response:
    """How far a reload is, and what came of it."""
    job = find_job(organisation_id(), job_id, Task.RELOAD_CONTACTS)
    tag = tag_of(job.state, job.rows_done, job.result)
    return unchanged(tag) or tagged(page("contacts_reload", job=job, tag=tag), tag)


def _uploaded() -> bytes | None:
    """The workbook of the form; None where the configured one is meant. Raises InvalidInput for a form without."""
    expect_form(current_app.config["SETTINGS"].max_upload_bytes)
    with reading_body():
        file = request.files.get("file")
        if file is not None and file.filename:
            return file.stream.read()
    if request.form.get("configured") == "true":
        return None
    raise InvalidInput(gettext("Choose the workbook first."), details={"file": ["Missing."]})


def _configured() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    named = bool(settings.contacts_excel_path) and who_looks().slug == settings.default_organisation
    return {"configured": named, "most_bytes": settings.max_upload_bytes}
