"""Tables of the organisation's documents."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned, belongs_to
from cci_app.llm.vectors import COARSE, DIMENSIONS


class Origin(StrEnum):
    """How a document came: from a folder, here or at Google Drive, sent as a file or as text, or from the web."""

    FOLDER = "folder"
    DRIVE = "drive"
    UPLOAD = "upload"
    TEXT = "text"
    URL = "url"


class Verdict(StrEnum):
    """What came of the last work on a document; what its job says comes before it, see `documents.STATUS`."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


# The `assistant` of a document that belongs to all of the organisation's.
SHARED = ""


# Those that are what their folder holds: nobody has one of them alone read again, or named otherwise.
OF_FOLDERS = frozenset({Origin.FOLDER.value, Origin.DRIVE.value})


def readable_by(assistant: str | None) -> list[str]:
    """Whose documents an assistant reads: those of all, and its own; without one, those of all."""
    return [SHARED] if assistant is None else [SHARED, assistant]


class KnowledgeDocument(OrganisationOwned, Base):
    """A document that the organisation's assistants may quote, or one of them where `assistant` names it.

    `source` is its path, file name or address, `content_hash` the SHA-256 of its bytes, `file_key` where those are
    kept, `version` what the place that it comes from calls its content, so that the same is not fetched again.
    `title_given` and `language_given` say that a person chose them, so that no reading changes them. `reason` is the
    code of what went wrong last, `report` what came of the last reading (`reading.report`), `job_id` the work that was
    asked for last.
    """

    __tablename__ = "knowledge_documents"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.CheckConstraint("origin IN ('folder', 'upload', 'text', 'url', 'drive')", name="origin"),
        sa.CheckConstraint("verdict IN ('pending', 'ready', 'failed')", name="verdict"),
        # The same place is one document; the same bytes, sent again, are no second one.
        sa.Index(
            "uq_knowledge_documents_place",
            "organisation_id",
            "assistant",
            "source",
            unique=True,
            postgresql_where=sa.text("origin IN ('folder', 'url')"),
        ),
        sa.Index(
            "uq_knowledge_documents_drive",
            "organisation_id",
            "assistant",
            "source",
            unique=True,
            postgresql_where=sa.text("origin = 'drive'"),
        ),
        sa.Index(
            "uq_knowledge_documents_content",
            "organisation_id",
            "assistant",
            "content_hash",
            unique=True,
            postgresql_where=sa.text("origin IN ('upload', 'text')"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    assistant: Mapped[str] = mapped_column(sa.String(64), server_default=SHARED)
    origin: Mapped[str] = mapped_column(sa.String(16), server_default=Origin.FOLDER)
    source: Mapped[str]
    kind: Mapped[str | None] = mapped_column(sa.String(16))
    title: Mapped[str]
    title_given: Mapped[bool] = mapped_column(server_default=sa.false())
    language: Mapped[str | None] = mapped_column(sa.String(2))
    language_given: Mapped[bool] = mapped_column(server_default=sa.false())
    verdict: Mapped[str] = mapped_column(sa.String(16), server_default=Verdict.READY)
    reason: Mapped[str | None] = mapped_column(sa.String(32))
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    pages: Mapped[int | None]
    passages: Mapped[int] = mapped_column(server_default=sa.text("0"))
    size_bytes: Mapped[int | None]
    content_hash: Mapped[str | None] = mapped_column(sa.String(64))
    file_key: Mapped[str | None]
    version: Mapped[str | None]
    job_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    indexed_at: Mapped[datetime | None]


class KnowledgeChunk(OrganisationOwned, Base):
    """A passage of a document; `search` is its text, folded, in the lexemes of its language.

    `page` is None where there are no pages. `assistant` is the document's, so that a search reads no others.
    """

    __tablename__ = "knowledge_chunks"
    __table_args__ = (
        belongs_to("knowledge_documents", "document_id"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.Index(None, "organisation_id", "document_id"),
        sa.Index(None, "search", postgresql_using="gin"),
        sa.Index(
            "ix_knowledge_chunks_sample", "search", postgresql_using="gin", postgresql_where=sa.text("id % 64 = 0")
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.BigInteger)
    assistant: Mapped[str] = mapped_column(sa.String(64), server_default=SHARED)
    position: Mapped[int]
    page: Mapped[int | None]
    heading: Mapped[str | None]
    language: Mapped[str] = mapped_column(sa.String(2))
    text: Mapped[str]
    search: Mapped[str] = mapped_column(TSVECTOR)


class UnansweredQuestion(PersonOwned, Base):
    """What a person asked and nothing answered, by the message `event_id`, until somebody settles it.

    `settled_as` tells how: by a corrected answer, by a document, or as nothing to answer.
    """

    __tablename__ = "unanswered_questions"
    __table_args__ = (
        sa.CheckConstraint("settled_as IN ('answer', 'document', 'dismissed')", name="settled_as"),
        sa.Index(
            "ix_unanswered_questions_open",
            *("organisation_id", "asked_at"),
            postgresql_where=sa.text("settled_as IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    question: Mapped[str]
    language: Mapped[str | None] = mapped_column(sa.String(2))
    asked_at: Mapped[datetime]
    settled_as: Mapped[str | None] = mapped_column(sa.String(16))
    settled_at: Mapped[datetime | None]


class CorrectedAnswer(OrganisationOwned, Base):
    """The answer that the organisation itself gives to a question, put in some `examples`, before any document.

    `answer` has its text by language. It is given by `assistant`, by all where that is empty, on the days from
    `valid_from` to `valid_until`, both included, as the organisation counts its days.
    """

    __tablename__ = "corrected_answers"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    assistant: Mapped[str] = mapped_column(sa.String(64), server_default=SHARED)
    examples: Mapped[list[Any]]
    answer: Mapped[dict[str, Any]]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())

    __table_args__ = (sa.Index(None, "organisation_id", "updated_at"),)


def coarse(vector: sa.ColumnClause[Any]) -> sa.ColumnElement[Any]:
    """The part of a vector that the graph knows, as its index has it."""
    return sa.cast(sa.func.subvector(vector, sa.literal_column("1"), sa.literal_column(str(COARSE))), HALFVEC(COARSE))


class KnowledgeVector(OrganisationOwned, Base):
    """That a passage has a vector of a model, and in which store; `embedding` is it, None where the store is elsewhere.

    `in_graph` tells whether the index of neighbours has it; the others wait, and are compared one by one.
    """

    __tablename__ = "knowledge_vectors"

    chunk_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(2))
    model: Mapped[str] = mapped_column(sa.String(96))
    store: Mapped[str] = mapped_column(sa.String(16))
    in_graph: Mapped[bool] = mapped_column(server_default=sa.false())
    embedding: Mapped[Any | None] = mapped_column(HALFVEC(DIMENSIONS))

    __table_args__ = (
        belongs_to("knowledge_chunks", "chunk_id"),
        sa.Index(None, "organisation_id", "in_graph", "language", "model"),
        sa.Index(
            "ix_knowledge_vectors_graph",
            coarse(sa.column("embedding")).label("coarse"),
            postgresql_using="hnsw",
            postgresql_with={"m": 16, "ef_construction": 64},
            postgresql_ops={"coarse": "halfvec_cosine_ops"},
            postgresql_where=sa.text("in_graph"),
        ),
    )
