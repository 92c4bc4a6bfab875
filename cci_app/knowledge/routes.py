"""The organisation's documents, and their search."""

from typing import Any

import marshmallow as ma
from flask import current_app, g, request

from cci_app.accounts.auth import current_caller
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import EdgeBlueprint, check_value
from cci_app.core.http.fields import some_text
from cci_app.core.http.parser import reading_body
from cci_app.core.http.request import expect_form
from cci_app.files.names import clean_name
from cci_app.jobs.schemas import JobResponse
from cci_app.knowledge import examples
from cci_app.knowledge.documents import register
from cci_app.knowledge.documents.crawl import request_crawl
from cci_app.knowledge.documents.drive import request_drive
from cci_app.knowledge.documents.passages import list_passages
from cci_app.knowledge.languages import LANGUAGES
from cci_app.knowledge.reading.kinds import DOCX_TYPE
from cci_app.knowledge.schemas import (
    CrawlPayload,
    DocumentResponse,
    DocumentsQuery,
    DocumentsResponse,
    DrivePayload,
    FileForm,
    PassagesQuery,
    PassagesResponse,
    RemovedResponse,
    SearchPayload,
    SearchResponse,
    TextPayload,
    UrlPayload,
)
from cci_app.knowledge.search.retrieval import search

_SEARCH_SECONDS = 10.0
_DOCUMENT = "/documents/<int:document_id>"
_DOCUMENT_ID = [{"in": "path", "name": "document_id", "example": 7}]
# The content decides; these are what it may be.
_FILE_TYPES = f"application/pdf, {DOCX_TYPE}, text/html, text/markdown, text/plain"
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "title": some_text(300),
        "language": {"type": "string", "enum": sorted(LANGUAGES)},
        "assistant": some_text(64),
    },
    "required": ["file"],
    "additionalProperties": False,
}

blueprint = EdgeBlueprint(
    "knowledge", __name__, url_prefix="/api/v1/knowledge", description="Documents that answers are taken from"
)


@blueprint.post("/documents")
@blueprint.response(202, DocumentResponse, example=examples.PENDING)
@blueprint.alt_response(
    200, schema=DocumentResponse, description="It is there already: this one", example=examples.READY
)
@blueprint.alt_response(409, "CONFLICT")
@blueprint.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": {"oneOf": [UrlPayload, TextPayload]}, "example": examples.TEXT},
            "multipart/form-data": {"schema": _FORM, "encoding": {"file": {"contentType": _FILE_TYPES}}},
        },
    }
)
def add_document() -> tuple[dict[str, Any], int]:
    """Add a document: a file (PDF, Word, text, Markdown, HTML), a web address, or a text.

    It is read in the background; its `status` tells how far that is. The same file, text or address is one document: a
    new title or language is taken over, and it is read again.
    """
    expect_form(current_app.config["SETTINGS"].max_upload_bytes)
    organisation_id = current_caller().organisation_id
    with reading_body():
        is_form = request.mimetype == "multipart/form-data"
        document_id, new = _add_form(organisation_id) if is_form else _add_json(organisation_id)
    return register.find_document(organisation_id, document_id), 202 if new else 200


def _add_form(organisation_id: int) -> tuple[int, bool]:
    parts = [name for name, _ in request.files.items(multi=True)]
    if parts != ["file"]:
        problem = "More than one: send each in a request of its own." if "file" in parts else "Missing from the body."
        raise InvalidInput(
            "send one document in a part named file, with the name of the file", details={"file": [problem]}
        )
    given = _loaded(FileForm(), request.form.to_dict())
    file = request.files["file"]
    return register.add_file(
        organisation_id,
        clean_name(file.filename),
        file.stream.read(),
        register.Said(**given),
        g.request_id,
    )


def _add_json(organisation_id: int) -> tuple[int, bool]:
    sent = blueprint.ARGUMENTS_PARSER.load_json(request, ma.Schema())
    if not isinstance(sent, dict) or not sent.keys() & {"url", "text"}:
        raise InvalidInput(
            "send an object with url, or with text and title; a file is sent as multipart/form-data",
            details={name: ["Missing: one of the two is needed."] for name in ("url", "text")},
        )
    given = _loaded(UrlPayload() if "url" in sent else TextPayload(), sent)
    content = {name: given.pop(name) for name in ("url", "text") if name in given}
    add = register.add_url if "url" in content else register.add_text
    (sent_content,) = content.values()
    return add(organisation_id, sent_content, register.Said(**given), g.request_id)


def _loaded(schema: ma.Schema, sent: dict[str, Any]) -> dict[str, Any]:
    try:
        given: dict[str, Any] = schema.load(sent)
    except ma.ValidationError as error:
        raise InvalidInput("the request has invalid fields", details=dict(error.messages_dict)) from error
    check_value("assistant", given.get("assistant"))
    return given


@blueprint.get("/documents")
@blueprint.arguments(DocumentsQuery, location="query")
@blueprint.response(200, DocumentsResponse, example=examples.DOCUMENTS)
def list_documents(query: dict[str, Any]) -> dict[str, Any]:
    """List documents, the newest first."""
    found = register.list_documents(current_caller().organisation_id, **query)
    return {"documents": found, "next": found[-1]["id"] if len(found) == query["limit"] else None}


@blueprint.get(_DOCUMENT, parameters=_DOCUMENT_ID)
@blueprint.response(200, DocumentResponse, example=examples.READY)
@blueprint.alt_response(404, "NOT_FOUND")
def get_document(document_id: int) -> dict[str, Any]:
    """Tell what a document is and how far the work on it is."""
    return register.find_document(current_caller().organisation_id, document_id)


@blueprint.get(f"{_DOCUMENT}/passages", parameters=_DOCUMENT_ID)
@blueprint.arguments(PassagesQuery, location="query")
@blueprint.response(200, PassagesResponse, example=examples.PASSAGES)
@blueprint.alt_response(404, "NOT_FOUND")
def list_document_passages(query: dict[str, Any], document_id: int) -> dict[str, Any]:
    """Show a document as it was read, passage by passage: what a search sees of it."""
    return list_passages(current_caller().organisation_id, document_id, **query)


@blueprint.delete(_DOCUMENT, parameters=_DOCUMENT_ID)
@blueprint.response(200, RemovedResponse, example=examples.REMOVED)
@blueprint.alt_response(404, "NOT_FOUND")
def remove_document(document_id: int) -> dict[str, Any]:
    """Remove a document with its passages and its file."""
    register.remove_document(current_caller().organisation_id, document_id)
    return {"id": document_id, "removed": True}


@blueprint.post(f"{_DOCUMENT}/reindex", parameters=_DOCUMENT_ID)
@blueprint.response(202, DocumentResponse, example=examples.PENDING)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def reindex_document(document_id: int) -> dict[str, Any]:
    """Read a document again, from its file or its address; what it has stays searchable meanwhile."""
    organisation_id = current_caller().organisation_id
    register.reindex_document(organisation_id, document_id, g.request_id)
    return register.find_document(organisation_id, document_id)


@blueprint.post("/crawls")
@blueprint.arguments(CrawlPayload, example=examples.CRAWL)
@blueprint.response(202, JobResponse, example=examples.CRAWL_JOB)
def crawl_site(payload: dict[str, Any]) -> Any:
    """Read a site: every page becomes a document; `GET /api/v1/admin/jobs/{job_id}` tells how far it is.

    Pages are taken politely, one after the other, and only those that the site's robots.txt allows.
    """
    check_value("assistant", payload.get("assistant"))
    address = payload.pop("url")
    language = payload.pop("language", None)
    return request_crawl(
        current_caller().organisation_id, address, **payload, language=language, request_id=g.request_id
    )


@blueprint.post("/drives")
@blueprint.arguments(DrivePayload, example=examples.DRIVE)
@blueprint.response(202, JobResponse, example=examples.DRIVE_JOB)
@blueprint.alt_response(409, "CONFLICT")
def read_drive(payload: dict[str, Any]) -> Any:
    """Read a folder at Google Drive: documents become equal to its files, of which only those that changed are read.

    It is that of an integration `google_drive`. `GET /api/v1/admin/jobs/{job_id}` tells how far it is.
    """
    check_value("assistant", payload.get("assistant"))
    return request_drive(
        current_caller().organisation_id, payload.get("account"), payload.get("assistant"), g.request_id
    )


@blueprint.post("/search")
@blueprint.arguments(SearchPayload, example=examples.SEARCH)
@blueprint.response(200, SearchResponse, example=examples.RESULTS)
def search_documents(payload: dict[str, Any]) -> dict[str, Any]:
    """Find the passages that fit a question."""
    assistant = payload.get("assistant")
    check_value("assistant", assistant)
    asked = payload["query"], payload.get("language"), payload["limit"]
    found = search(current_caller().organisation_id, *asked, assistant=assistant, timeout=_SEARCH_SECONDS)
    return {"results": found}
