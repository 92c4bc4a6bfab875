"""Documents that have a place elsewhere, at a site or in a folder: made equal to what stands there."""

from dataclasses import dataclass, field
from enum import Enum, auto

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents.ingestion import Content, prepared, same_content, write
from cci_app.knowledge.documents.reasons import sentences
from cci_app.knowledge.documents.register import COUNTING
from cci_app.knowledge.models import KnowledgeDocument, Origin, Verdict
from cci_app.knowledge.reading.document import Document, Reason
from cci_app.usage.quotas import one_more

_REPORTED = 100


class Became(Enum):
    """What became of a document; a copy has the content of another one, and is none."""

    ADDED = auto()
    CHANGED = auto()
    UNCHANGED = auto()
    COPY = auto()


@dataclass(slots=True)
class PlacedReport:
    """What came of what stood there. `unchanged` has what was known, `copies` what has another document's content.

    `failed` has what gave no document, the code of what went wrong, and sentences for people by language.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    copies: int = 0
    failed_count: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)

    def count(self, became: Became) -> None:
        """Count what became of a document that was read."""
        self.added += became is Became.ADDED
        self.changed += became is Became.CHANGED
        self.unchanged += became is Became.UNCHANGED
        self.copies += became is Became.COPY

    def fail(self, reason: Reason, **what: str) -> None:
        """Count what gave no document; `what` names it. What was made of it before stays."""
        self.failed_count += 1
        if len(self.failed) < _REPORTED:
            self.failed.append({**what, "reason": reason.value, **sentences(reason)})


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """Where a document stands, and whose it is; the language is its readers' where a person said it."""

    organisation_id: int
    assistant: str
    origin: Origin
    source: str
    language: str | None = None


def bring(place: DocumentPlace, title: str, content: Content, document: Document, version: str | None = None) -> Became:
    """Make the document of a place equal to what was read there; `title` is its first one.

    `version` is what the place calls that content, for `KnowledgeDocument.version`. Raises PlanLimit.
    """
    with tenant_transaction(place.organisation_id) as session:
        row = _found(session, place)
        if row is not None and row.verdict == Verdict.READY and row.content_hash == content.content_hash:
            row.version = version
            return Became.UNCHANGED
        known = row or _new(place, title)
        if same_content(session, known, content) is not None:
            return Became.COPY
    ingested = prepared(known, content, document)
    with tenant_transaction(place.organisation_id) as session:
        if row is None:
            one_more(session, place.organisation_id, "documents", COUNTING)
            session.add(known)
            session.flush()
        write(session, known, ingested)
        session.get_one(KnowledgeDocument, known.id).version = version
    return Became.ADDED if row is None else Became.CHANGED


def _found(session: Session, place: DocumentPlace) -> KnowledgeDocument | None:
    return session.scalar(
        sa.select(KnowledgeDocument).where(
            KnowledgeDocument.origin == place.origin,
            KnowledgeDocument.source == place.source,
            KnowledgeDocument.assistant == place.assistant,
        )
    )


def _new(place: DocumentPlace, title: str) -> KnowledgeDocument:
    return KnowledgeDocument(
        organisation_id=place.organisation_id,
        assistant=place.assistant,
        origin=place.origin,
        source=place.source,
        title=title,
        title_given=False,
        language=place.language,
        language_given=place.language is not None,
    )
