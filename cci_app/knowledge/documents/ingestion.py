"""The work on one document: fetched or taken from the store, read, cut into passages, made searchable."""

import hashlib
import uuid
from dataclasses import dataclass, replace

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import Session

from cci_app.core.clock import now
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, NotFound, Unavailable
from cci_app.core.outbound.fetch import FetchError, FetchReason, fetch
from cci_app.files.store import file_store
from cci_app.jobs.claims import Claim, ClaimLost, claimed
from cci_app.knowledge.index.chunking import chunks
from cci_app.knowledge.index.indexing import Cut, Prepared, index, prepare
from cci_app.knowledge.languages import document_language
from cci_app.knowledge.models import SHARED, KnowledgeDocument, Verdict
from cci_app.knowledge.reading.document import Document, Reason, UnreadableDocument
from cci_app.knowledge.reading.kinds import MEDIA_TYPES, DocumentKind, kind_of
from cci_app.knowledge.reading.process import read
from cci_app.knowledge.reading.report import written
from config.settings import Settings

log = structlog.get_logger(__name__)

# How far the work is after each step, of 100.
_FETCHED, _READ, _PREPARED, _DONE = 10, 50, 90, 100

FETCH_REASONS = {
    FetchReason.INVALID_ADDRESS: Reason.ADDRESS_NOT_ALLOWED,
    FetchReason.NOT_HTTPS: Reason.ADDRESS_NOT_ALLOWED,
    FetchReason.CREDENTIALS: Reason.ADDRESS_NOT_ALLOWED,
    FetchReason.NOT_PUBLIC: Reason.ADDRESS_NOT_ALLOWED,
    FetchReason.NO_SUCH_HOST: Reason.HOST_NOT_FOUND,
    FetchReason.REDIRECTS: Reason.PAGE_UNEXPECTED,
    FetchReason.REFUSED: Reason.PAGE_REFUSED,
    FetchReason.NOT_FOUND: Reason.PAGE_NOT_FOUND,
    FetchReason.UNEXPECTED: Reason.PAGE_UNEXPECTED,
    FetchReason.WRONG_TYPE: Reason.NOT_TEXT,
    FetchReason.TOO_LARGE: Reason.TOO_LARGE,
    FetchReason.UNREACHABLE: Reason.SITE_UNREACHABLE,
    FetchReason.TOO_SLOW: Reason.SITE_UNREACHABLE,
    FetchReason.BUSY: Reason.SITE_UNREACHABLE,
}


@dataclass(frozen=True, slots=True)
class Content:
    """A document's bytes and what they are."""

    data: bytes
    kind: DocumentKind

    @property
    def content_hash(self) -> str:
        """SHA-256 in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Ingested:
    """A document that was read, ready to be written."""

    content: Content
    document: Document
    passages: Prepared


def run_ingestion(job_id: uuid.UUID) -> None:
    """Do the work that was asked for. The job's result is `{"document_id", "status", "passages" or "reason"}`.

    What is wrong with the document is its verdict and no failure of the job; what may come by waiting is tried again.
    """
    with claimed(job_id) as claim:
        if claim is not None:
            _ingest(claim)


def _ingest(claim: Claim) -> None:
    document_id: int = claim.payload["document_id"]
    with tenant_transaction(claim.organisation_id) as session:
        row = session.get(KnowledgeDocument, document_id)
    if row is None:
        return
    try:
        content = _content(row)
        claim.progress(_FETCHED, _DONE)
        document = read(row.source, content.data, content.kind)
        claim.progress(_READ, _DONE)
    except UnreadableDocument as error:
        _fail(claim, row, error)
        return
    ingested = prepared(row, content, document)
    claim.progress(_PREPARED, _DONE)
    _store(claim, row, ingested)


def prepared(row: KnowledgeDocument, content: Content, document: Document) -> Ingested:
    """What was read as the passages of `row`; nothing is written. Call it outside of any transaction."""
    if row.title_given:
        title, document = row.title, _under_its_own_title(document)
    else:
        title = document.title
    language = row.language if row.language_given else None
    language = language or document_language("", document)
    [passages] = prepare([Cut(title, language, tuple(chunks(document)))])
    return Ingested(content, document, passages)


def _under_its_own_title(document: Document) -> Document:
    """The title that a document has itself stays findable where a person gave it another one."""
    sections = tuple(
        replace(section, heading=f"{document.title} › {section.heading}" if section.heading else document.title)
        for section in document.sections
    )
    return replace(document, sections=sections)


def write(session: Session, row: KnowledgeDocument, ingested: Ingested) -> int:
    """Write a document and its passages in place of what it had; how many passages. Raises ClaimLost if it is gone."""
    held = session.get(KnowledgeDocument, row.id, with_for_update=True)
    if held is None:
        # It was removed meanwhile.
        raise ClaimLost
    content, document, passages = ingested.content, ingested.document, ingested.passages
    # What a person said of it meanwhile counts.
    held.title = held.title if held.title_given else passages.cut.title
    held.language = held.language if held.language_given else passages.cut.language
    held.kind = content.kind
    held.pages, held.size_bytes, held.content_hash = document.pages, len(content.data), content.content_hash
    held.passages = len(passages.cut.chunks)
    held.report = written(document.report)
    index(session, row.organisation_id, {row.id: passages})
    held.verdict, held.reason, held.indexed_at = Verdict.READY, None, now()
    return held.passages


def _content(row: KnowledgeDocument) -> Content:
    """The document's bytes, from the store or from its address."""
    settings: Settings = current_app.config["SETTINGS"]
    return _from_web(row, settings) if row.file_key is None else _from_store(row, row.file_key, settings)


def _from_store(row: KnowledgeDocument, key: str, settings: Settings) -> Content:
    try:
        with file_store(settings).open(key) as file:
            data = file.read()
    except NotFound as error:
        raise UnreadableDocument(Reason.UPLOAD_LOST) from error
    except CciError as error:
        _note(row, Reason.STORE_UNAVAILABLE)
        raise Unavailable(error.message, retry_after=error.retry_after) from error
    return Content(data, DocumentKind.TEXT if row.kind == DocumentKind.TEXT else kind_of(data, row.source))


def _from_web(row: KnowledgeDocument, settings: Settings) -> Content:
    try:
        content, _ = fetch_content(row.source, settings)
    except FetchError as error:
        reason = FETCH_REASONS[error.reason]
        if error.passing:
            _note(row, reason)
            raise Unavailable(error.message) from error
        raise UnreadableDocument(reason) from error
    with tenant_transaction(row.organisation_id) as session:
        if (original := same_content(session, row, content)) is not None:
            raise UnreadableDocument(Reason.DUPLICATE, original)
    return content


def fetch_content(address: str, settings: Settings) -> tuple[Content, str]:
    """The document at a web address, and the address that redirects led to. Raises FetchError, UnreadableDocument."""
    found = fetch(
        address, media_types=MEDIA_TYPES, max_bytes=settings.max_upload_bytes, loopback=settings.fetch_loopback
    )
    return Content(found.content, kind_of(found.content, media_type=found.media_type)), found.url


def same_content(session: Session, row: KnowledgeDocument, content: Content) -> int | None:
    """Another document that has the same bytes, and that whoever reads this one reads too."""
    same = sa.select(KnowledgeDocument.id).where(
        KnowledgeDocument.content_hash == content.content_hash,
        KnowledgeDocument.id.is_distinct_from(row.id),
        KnowledgeDocument.assistant.in_([SHARED, row.assistant]),
    )
    return session.scalar(same.order_by(KnowledgeDocument.id).limit(1))


def _store(claim: Claim, row: KnowledgeDocument, ingested: Ingested) -> None:
    with tenant_transaction(claim.organisation_id) as session:
        passages = write(session, row, ingested)
        claim.progress(_DONE, _DONE)
        claim.finish(session, {"document_id": row.id, "status": Verdict.READY.value, "passages": passages})


def _fail(claim: Claim, row: KnowledgeDocument, error: UnreadableDocument) -> None:
    """Give the document its verdict; the passages of an earlier reading stay."""
    reason = error.reason
    log.info("document_unreadable", document_id=row.id, reason=reason.value)
    with tenant_transaction(claim.organisation_id) as session:
        session.execute(
            sa.update(KnowledgeDocument)
            .where(KnowledgeDocument.id == row.id)
            .values(verdict=Verdict.FAILED, reason=reason.value)
        )
        result = {"document_id": row.id, "status": Verdict.FAILED.value, "reason": reason.value}
        claim.finish(session, result if error.same_as is None else {**result, "same_as": error.same_as})


def _note(row: KnowledgeDocument, reason: Reason) -> None:
    """Say on the document what its work waits for."""
    with tenant_transaction(row.organisation_id) as session:
        session.execute(sa.update(KnowledgeDocument).where(KnowledgeDocument.id == row.id).values(reason=reason.value))
