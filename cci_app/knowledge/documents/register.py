"""The organisation's documents as people manage them: sent, looked at, read again, removed."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.core.outbound.fetch import FetchError, checked_url
from cci_app.core.queue import Task
from cci_app.files.store import file_store
from cci_app.jobs.asking import ask, release
from cci_app.jobs.ledger import cancel
from cci_app.jobs.models import Job, JobState
from cci_app.knowledge.documents.reasons import sentences, warning
from cci_app.knowledge.errors import FileTooLarge, UnsupportedType
from cci_app.knowledge.models import OF_FOLDERS, SHARED, KnowledgeDocument, Origin, Verdict, readable_by
from cci_app.knowledge.reading.document import Reason, UnreadableDocument
from cci_app.knowledge.reading.kinds import DocumentKind, kind_of
from cci_app.knowledge.reading.report import report_of
from cci_app.usage.quotas import one_more
from config.settings import Settings

PAGE_SIZE = 50
_LONGEST_NAME = 200
# If the process dies before the file is kept, the job finds that out after this time, and the document says so.
_UPLOAD_SECONDS = 120

STATUS = sa.case(
    (Job.state == JobState.RUNNING, "processing"),
    (Job.state == JobState.QUEUED, "pending"),
    # The job ended without a verdict: it was interrupted too often.
    (KnowledgeDocument.verdict == Verdict.PENDING, "failed"),
    else_=KnowledgeDocument.verdict,
).label("status")
_PROGRESS = sa.case(
    (Job.state == JobState.RUNNING, sa.func.coalesce(100 * Job.rows_done / sa.func.nullif(Job.rows, 0), 0)),
    (sa.and_(KnowledgeDocument.verdict == Verdict.READY, sa.func.coalesce(Job.state, "done") != JobState.QUEUED), 100),
    else_=0,
).label("progress")
# The document that this one is a copy of.
_ORIGINAL = aliased(KnowledgeDocument)
_VIEW = (
    sa.select(
        *(
            getattr(KnowledgeDocument, name)
            for name in ("id", "title", "origin", "source", "kind", "language", "pages", "passages", "size_bytes")
        ),
        sa.func.nullif(KnowledgeDocument.assistant, SHARED).label("assistant"),
        KnowledgeDocument.created_at,
        KnowledgeDocument.indexed_at,
        KnowledgeDocument.reason,
        KnowledgeDocument.report,
        STATUS,
        _PROGRESS,
        _ORIGINAL.id.label("original_id"),
        _ORIGINAL.title.label("original_title"),
    )
    .select_from(KnowledgeDocument)
    .outerjoin(Job, Job.id == KnowledgeDocument.job_id)
    .outerjoin(_ORIGINAL, _ORIGINAL.id == Job.result["same_as"].astext.cast(sa.BigInteger))
)


COUNTING: Final = sa.select(sa.func.count(KnowledgeDocument.id))


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a document that they send; without an assistant it belongs to all of them."""

    title: str | None = None
    language: str | None = None
    assistant: str | None = None


def find_document(organisation_id: int, document_id: int) -> dict[str, Any]:
    """A document as `DocumentResponse` shows it. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        row = session.execute(_VIEW.where(KnowledgeDocument.id == document_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such document")
    return _shown(row)


def list_documents(
    organisation_id: int,
    *,
    status: str | None = None,
    kind: str | None = None,
    language: str | None = None,
    title: str | None = None,
    assistant: str | None = None,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[dict[str, Any]]:
    """Documents, the newest first, at most `limit`, those before the id `before`. `title` is a part of it, any case.

    With `assistant` those that it reads: its own and those of all.
    """
    asked: tuple[tuple[object, Any], ...] = (
        (status, status == STATUS),
        (kind, KnowledgeDocument.kind == kind),
        (language, KnowledgeDocument.language == language),
        (title, KnowledgeDocument.title.icontains(title or "", autoescape=True)),
        (assistant, KnowledgeDocument.assistant.in_(readable_by(assistant))),
        (before, KnowledgeDocument.id < (before or 0)),
    )
    conditions = [condition for value, condition in asked if value is not None]
    query = _VIEW.where(*conditions).order_by(KnowledgeDocument.id.desc()).limit(limit)
    with tenant_transaction(organisation_id) as session:
        return [_shown(row) for row in session.execute(query).mappings()]


def _shown(row: sa.RowMapping) -> dict[str, Any]:
    shown = {**row, **_reading(row["report"])}
    code = Reason(row["reason"]) if row["reason"] else None
    if row["status"] == "failed" and code is None:
        code = Reason.INTERRUPTED
    if code is None:
        return {**shown, "reason": None}
    told = {"code": code.value, **sentences(code, row["original_title"]), "document_id": row["original_id"]}
    return {**shown, "reason": told}


def _reading(kept: dict[str, Any] | None) -> dict[str, Any]:
    """What is told of a reading: its report, and what to do where it did not find everything."""
    report = report_of(kept)
    if report is None:
        return {"report": None, "warnings": []}
    warnings = [
        {"code": caution.value, "pages": list(pages), **warning(caution, pages)}
        for caution, pages in report.cautions.items()
    ]
    told = {
        "words": report.words,
        "readers": report.readers,
        "odd_letters": report.odd,
        "left_out": {what.value: count for what, count in report.left_out.items()},
    }
    return {"report": told, "warnings": warnings}


def add_file(organisation_id: int, name: str, data: bytes, said: Said, request_id: str | None) -> tuple[int, bool]:
    """Keep a file and have it read: the document's id, and whether it is new; the same bytes are one document.

    Raises FileTooLarge, UnsupportedType for what is of no kind that can be read, InvalidInput for an empty file,
    PlanLimit where the plan allows no more.
    """
    if len(data) > _settings().max_upload_bytes:
        raise FileTooLarge(f"the file is larger than {_settings().max_upload_bytes:,} bytes: split it")
    kind: DocumentKind | None
    try:
        kind = kind_of(data, name)
    except UnreadableDocument as error:
        if error.reason is Reason.NOT_TEXT:
            raise UnsupportedType(sentences(error.reason)["en"]) from error
        if error.reason is Reason.EMPTY:
            raise InvalidInput("the file is empty", details={"file": ["Is empty."]}) from error
        kind = None  # It is damaged or encrypted: whoever reads it says so.
    return _add(organisation_id, Origin.UPLOAD, name, data, kind, said, request_id)


def add_text(organisation_id: int, text: str, said: Said, request_id: str | None) -> tuple[int, bool]:
    """Keep a text and have it made searchable; see `add_file`."""
    return _add(organisation_id, Origin.TEXT, said.title or "", text.encode(), DocumentKind.TEXT, said, request_id)


def add_url(organisation_id: int, address: str, said: Said, request_id: str | None) -> tuple[int, bool]:
    """Have a web address fetched and read; see `add_file`. Raises InvalidInput for what can never be fetched."""
    try:
        url = str(checked_url(address, loopback=_settings().fetch_loopback))
    except FetchError as error:
        raise InvalidInput(error.message, details={"url": [error.message]}) from error
    return _add(organisation_id, Origin.URL, url, None, None, said, request_id)


def _add(
    organisation_id: int,
    origin: Origin,
    source: str,
    content: bytes | None,
    kind: DocumentKind | None,
    said: Said,
    request_id: str | None,
) -> tuple[int, bool]:
    document = KnowledgeDocument(
        organisation_id=organisation_id,
        origin=origin,
        source=source,
        kind=kind,
        assistant=said.assistant or SHARED,
        title=said.title or source,
        title_given=said.title is not None,
        language=said.language,
        language_given=said.language is not None,
        verdict=Verdict.PENDING,
        size_bytes=None if content is None else len(content),
        content_hash=None if content is None else hashlib.sha256(content).hexdigest(),
        # A key of its own: the file of one document goes without regard to any other.
        file_key=None if content is None else f"knowledge/{organisation_id}/{uuid.uuid4().hex}",
    )
    if (known := _taken_again(document, request_id)) is not None:
        return known, False
    try:
        with tenant_transaction(organisation_id) as session:
            one_more(session, organisation_id, "documents", COUNTING)
            session.add(document)
            session.flush()
            document.job_id = _enqueue(session, document, request_id, hold=content is not None)
            record(session, organisation_id, "document.added", f"document:{document.id}", {"title": document.title})
    except IntegrityError:
        # Somebody sent the same at the same moment.
        if (known := _taken_again(document, request_id)) is None:
            raise
        return known, False
    if content is not None:
        _keep(document, content)
    return document.id, True


def _taken_again(document: KnowledgeDocument, request_id: str | None) -> int | None:
    """The document of the same address or of the same bytes that there is already, with what is said of it now.

    Its title stands in its passages too: with another one, or another language, it is read again. A folder's document
    has its own, and what all share is not renamed for one of them.
    """
    with tenant_transaction(document.organisation_id) as session:
        known = _same(session, document)
        if known is None:
            return None
        said = {
            name: value
            for name, given in (("title", document.title_given), ("language", document.language_given))
            if given and (value := getattr(document, name)) != getattr(known, name)
        }
        if known.origin in OF_FOLDERS or known.assistant != document.assistant:
            said = {}
        for name, value in said.items():
            setattr(known, name, value)
            setattr(known, f"{name}_given", True)
        document_id = known.id
    if said:
        reindex_document(document.organisation_id, document_id, request_id)
    return document_id


def _same(session: Session, document: KnowledgeDocument) -> KnowledgeDocument | None:
    if document.content_hash is None:
        same = sa.and_(KnowledgeDocument.origin == Origin.URL, KnowledgeDocument.source == document.source)
    else:
        same = KnowledgeDocument.content_hash == document.content_hash
    readable = KnowledgeDocument.assistant.in_([SHARED, document.assistant])
    # Its own before the one of all.
    order = (KnowledgeDocument.assistant.desc(), KnowledgeDocument.id)
    return session.scalar(sa.select(KnowledgeDocument).where(same, readable).order_by(*order).limit(1))


def _enqueue(session: Session, document: KnowledgeDocument, request_id: str | None, *, hold: bool) -> uuid.UUID:
    hold_seconds = _UPLOAD_SECONDS if hold else None
    payload = {"document_id": document.id}
    kind = Task.INGEST_DOCUMENT
    asked = ask(document.organisation_id, kind, payload, request_id, within=session, hold_seconds=hold_seconds)
    return asked.id


def _keep(document: KnowledgeDocument, content: bytes) -> None:
    """Put the file where its row says it is. The row comes first, so that there is no file that no row names."""
    assert document.file_key is not None  # noqa: S101 (a row with content has a key)
    assert document.job_id is not None  # noqa: S101
    try:
        file_store(_settings()).put(document.file_key, content)
    except BaseException:
        remove_document(document.organisation_id, document.id)
        raise
    release(document.organisation_id, Task.INGEST_DOCUMENT, document.job_id)


def reindex_document(organisation_id: int, document_id: int, request_id: str | None) -> None:
    """Have a document read again, from its file or its address; what it has stays searchable meanwhile.

    Nothing more is asked for while that is under way. Raises NotFound, and Conflict for a document of a folder.
    """
    with tenant_transaction(organisation_id) as session:
        document = session.get(KnowledgeDocument, document_id, with_for_update=True)
        if document is None:
            raise NotFound("there is no such document")
        if document.origin == Origin.FOLDER:
            raise Conflict("this document comes from a folder: read it again with `flask knowledge load --force`")
        if document.origin == Origin.DRIVE:
            raise Conflict("this document comes from a folder at Google Drive: have that read again")
        open_job = sa.select(Job.id).where(
            Job.id == document.job_id, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
        )
        if session.scalar(open_job) is not None:
            return
        document.reason = None
        document.verdict = Verdict.PENDING if document.verdict == Verdict.FAILED else document.verdict
        document.job_id = _enqueue(session, document, request_id, hold=False)
        record(session, organisation_id, "document.read_again", f"document:{document_id}")


def remove_document(organisation_id: int, document_id: int) -> None:
    """Remove a document with its passages and its file. Raises NotFound.

    The row goes last: should anything before it fail, the document is still there to be removed again.
    """
    with tenant_transaction(organisation_id) as session:
        document = session.get(KnowledgeDocument, document_id)
    if document is None:
        raise NotFound("there is no such document")
    if document.job_id is not None:
        cancel(organisation_id, document.job_id)
    if document.file_key is not None:
        file_store(_settings()).delete(document.file_key)
    with tenant_transaction(organisation_id) as session:
        session.execute(sa.delete(KnowledgeDocument).where(KnowledgeDocument.id == document_id))
        record(session, organisation_id, "document.removed", f"document:{document_id}", {"title": document.title})


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
