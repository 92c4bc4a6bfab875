"""Passages made searchable, in two steps: prepared outside of any transaction, written inside one.

What may wait for a network belongs to the first step, so that no transaction does.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.knowledge.chunking import Chunk
from cci_app.knowledge.languages import configuration
from cci_app.knowledge.models import KnowledgeChunk
from cci_app.knowledge.words import folded

_INSERT_CHUNKS = sa.text(
    """
    INSERT INTO knowledge_chunks (organisation_id, document_id, position, page, heading, language, text, search)
    SELECT :organisation_id, :document_id, position, page, heading, :language, text,
           setweight(to_tsvector(CAST(:configuration AS regconfig), above), 'A')
           || setweight(to_tsvector(CAST(:configuration AS regconfig), folded), 'D')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS rows(position int, page int, heading text, text text, above text, folded text)
    """
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document's passages, ready to be written."""

    title: str
    language: str
    chunks: tuple[Chunk, ...]


def prepare(title: str, language: str, chunks: Iterable[Chunk]) -> Prepared:
    """The passages of a document called `title`, in their order. Call it outside of any transaction."""
    return Prepared(title, language, tuple(chunks))


def index_chunks(session: Session, organisation_id: int, document_id: int, prepared: Prepared) -> int:
    """Put the passages in the place of those that the document had; how many there are now.

    A reader sees the old or the new, never a mix: both change with the session's transaction.
    """
    session.execute(sa.delete(KnowledgeChunk).where(KnowledgeChunk.document_id == document_id))
    rows = [
        {
            "position": position,
            "page": chunk.page,
            "heading": chunk.heading,
            "text": chunk.text,
            "above": folded(f"{prepared.title} {chunk.heading or ''}"),
            "folded": folded(chunk.text),
        }
        for position, chunk in enumerate(prepared.chunks)
    ]
    session.execute(
        _INSERT_CHUNKS,
        {
            "organisation_id": organisation_id,
            "document_id": document_id,
            "language": prepared.language,
            "configuration": configuration(prepared.language),
            "rows": json.dumps(rows, ensure_ascii=False),
        },
    )
    return len(rows)
