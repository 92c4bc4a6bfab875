"""Tables of the organisation's documents."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


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
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.BigInteger, sa.ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    position: Mapped[int]
    page: Mapped[int | None]
    heading: Mapped[str | None]
    language: Mapped[str] = mapped_column(sa.String(2))
    text: Mapped[str]
    search: Mapped[str] = mapped_column(TSVECTOR)
