"""Tables of the organisation's documents."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned
from cci_app.llm.vectors import COARSE, DIMENSIONS


class KnowledgeDocument(OrganisationOwned, Base):
    """A document the assistant may quote. `source` is its path or address, `content_hash` the SHA-256 of its bytes."""

    __tablename__ = "knowledge_documents"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "source"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    source: Mapped[str]
    title: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(2))
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class KnowledgeChunk(OrganisationOwned, Base):
    """A passage of a document; `search` is its text, folded, in the lexemes of its language.

    `page` is None where there are no pages.
    """

    __tablename__ = "knowledge_chunks"
    __table_args__ = (
        sa.Index(None, "organisation_id", "document_id"),
        sa.Index(None, "search", postgresql_using="gin"),
        sa.Index(
            "ix_knowledge_chunks_sample", "search", postgresql_using="gin", postgresql_where=sa.text("id % 64 = 0")
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    position: Mapped[int]
    page: Mapped[int | None]
    heading: Mapped[str | None]
    language: Mapped[str] = mapped_column(sa.String(2))
    text: Mapped[str]
    search: Mapped[str] = mapped_column(TSVECTOR)


def coarse(vector: sa.ColumnClause[Any]) -> sa.ColumnElement[Any]:
    """The part of a vector that the graph knows, as its index has it."""
    return sa.cast(sa.func.subvector(vector, sa.literal_column("1"), sa.literal_column(str(COARSE))), HALFVEC(COARSE))


class KnowledgeVector(OrganisationOwned, Base):
    """That a passage has a vector of a model, and in which store; `embedding` is it, None where the store is elsewhere.

    `in_graph` tells whether the index of neighbours has it; the others wait, and are compared one by one.
    """

    __tablename__ = "knowledge_vectors"

    chunk_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("knowledge_chunks.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(sa.String(2))
    model: Mapped[str] = mapped_column(sa.String(96))
    store: Mapped[str] = mapped_column(sa.String(16))
    in_graph: Mapped[bool] = mapped_column(server_default=sa.false())
    embedding: Mapped[Any | None] = mapped_column(HALFVEC(DIMENSIONS))

    __table_args__ = (
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
