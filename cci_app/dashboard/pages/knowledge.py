"""The documents that answers are taken from: how each was read, and what a search finds in them."""

from typing import Any

from flask import Blueprint, Response, current_app, g, request

from cci_app.conversation.service import get_conversation
from cci_app.core.errors import CciError, InvalidInput
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_upload
from cci_app.core.outside.register import Listed
from cci_app.dashboard.asked import asked
from cci_app.dashboard.choices import assistants_of
from cci_app.dashboard.frame import go, is_part, may_change, organisation_id, page, tag_of, tagged, unchanged
from cci_app.dashboard.words import gettext
from cci_app.files.names import clean_name
from cci_app.integrations.accounts import integrations
from cci_app.integrations.kinds import GOOGLE_DRIVE
from cci_app.knowledge.documents import register
from cci_app.knowledge.documents.drive import request_drive
from cci_app.knowledge.documents.passages import list_passages
from cci_app.knowledge.schemas import DocumentsQuery, PassagesQuery
from cci_app.knowledge.search.retrieval import search

_SEARCH_SECONDS = 5.0
_SHOWN_PASSAGES = 8
_LONGEST_QUESTION = 1_000
# Together they fill one request; more are sent in a second one.
MOST_FILES = 20
_DRIVE = "Google Drive"


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/knowledge")(show_documents)
    pages.post("/knowledge")(add_documents)
    pages.post("/knowledge/address")(add_address)
    pages.post("/knowledge/drive")(read_drive)
    pages.get("/knowledge/<int:document_id>")(show_document)
    pages.post("/knowledge/<int:document_id>/read")(read_again)
    pages.post("/knowledge/<int:document_id>/remove")(remove)


def show_documents(outcomes: tuple[dict[str, Any], ...] = (), problem: str | None = None) -> Response:
    """The documents with their states, and the passages that fit a question."""
    try:
        query = asked(DocumentsQuery())
    except InvalidInput:
        query = {"limit": 50}
    documents = register.list_documents(organisation_id(), **query)
    question = request.args.get("question", "").strip()[:_LONGEST_QUESTION]
    assistants = assistants_of(get_conversation().catalogue.specs(organisation_id()))
    asking = _chosen(request.args.get("assistant") or current_app.config["SETTINGS"].default_assistant)
    tag = tag_of(documents, question, asking, assistants)
    if not outcomes and (same := unchanged(tag)) is not None:
        return same
    passages = None
    if question:
        passages = search(organisation_id(), question, None, _SHOWN_PASSAGES, assistant=asking, timeout=_SEARCH_SECONDS)
    body = page(
        "knowledge",
        documents=documents,
        next=documents[-1]["id"] if len(documents) == query["limit"] else None,
        working=any(each["status"] in {"pending", "processing"} for each in documents),
        filtered=bool(request.args.get("status") or request.args.get("title")),
        question=question,
        assistants=assistants,
        asking=asking,
        passages=passages,
        outcomes=outcomes,
        problem=problem,
        most_bytes=current_app.config["SETTINGS"].max_upload_bytes,
        most_files=MOST_FILES,
        drives=_drives() if may_change() and not is_part() else [],
        tag=tag,
    )
    return tagged(body, tag)


def add_documents() -> Response:
    """Take several files at once; each is told of for itself."""
    most = current_app.config["SETTINGS"].max_upload_bytes
    expect_upload(MOST_FILES * most)
    with reading_body():
        files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        raise InvalidInput(gettext("Choose a file first."), details={"files": ["Missing."]})
    said = register.Said(assistant=_chosen(request.form.get("assistant")))
    outcomes = []
    for file in files[:MOST_FILES]:
        name = clean_name(file.filename)
        try:
            document_id, new = register.add_file(organisation_id(), name, file.stream.read(), said, g.request_id)
            outcomes.append({"name": name, "document_id": document_id, "new": new, "problem": None})
        except CciError as error:
            outcomes.append({"name": name, "document_id": None, "new": False, "problem": error.message})
    outcomes += [
        {
            "name": clean_name(file.filename),
            "document_id": None,
            "new": False,
            "problem": gettext("Too many at once: send it again by itself."),
        }
        for file in files[MOST_FILES:]
    ]
    return show_documents(tuple(outcomes))


def add_address() -> Any:
    """Have a web page fetched and read."""
    address = request.form.get("url", "").strip()
    said = register.Said(assistant=_chosen(request.form.get("assistant")))
    try:
        register.add_url(organisation_id(), address, said, g.request_id)
    except InvalidInput as error:
        return show_documents(({"name": address, "document_id": None, "new": False, "problem": error.message},))
    return go("/admin/knowledge")


def read_drive() -> Any:
    """Have the folder of an integration read: documents become equal to its files."""
    name = request.form.get("account") or None
    try:
        job = request_drive(organisation_id(), name, _chosen(request.form.get("assistant")), g.request_id)
    except CciError as error:
        outcome = {"name": _DRIVE, "document_id": None, "new": False, "problem": error.message}
    else:
        named = f"{_DRIVE}, {job.payload['account']}"
        outcome = {"name": named, "document_id": None, "new": True, "problem": None}
    return show_documents((outcome,))


def _drives() -> list[Listed]:
    """The folders at Google Drive that are connected."""
    return [each for each in integrations.list(organisation_id()) if each.kind == GOOGLE_DRIVE.name]


def _chosen(assistant: str | None) -> str | None:
    """The assistant of that name; None for all of them, and for a name that is none."""
    return assistant if assistant in get_conversation().catalogue.specs(organisation_id()) else None


def show_document(document_id: int) -> Response:
    """A document as it was read, passage by passage."""
    document = register.find_document(organisation_id(), document_id)
    query = asked(PassagesQuery())
    tag = tag_of(document)
    same = unchanged(tag)
    if same is not None:
        return same
    passages = list_passages(organisation_id(), document_id, **query)
    return tagged(page("document", document=document, found=passages, tag=tag), tag)


def read_again(document_id: int) -> Any:
    """Have it read once more."""
    register.reindex_document(organisation_id(), document_id, g.request_id)
    return go(f"/admin/knowledge/{document_id}")


def remove(document_id: int) -> Any:
    """Remove it: answers are no longer taken from it."""
    register.remove_document(organisation_id(), document_id)
    return go("/admin/knowledge")
