"""Passages made searchable, in two steps: prepared outside of any transaction, written inside one.

What may wait for a network belongs to the first step, so that no transaction does.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.core.errors import Unavailable
from cci_app.knowledge.chunking import Chunk
from cci_app.knowledge.languages import configuration
from cci_app.knowledge.models import KnowledgeChunk
from cci_app.knowledge.stores.choice import vector_store
from cci_app.knowledge.stores.pgvector import PgVectorStore, written
from cci_app.knowledge.words import folded
from cci_app.llm.embeddings import embeddings
from cci_app.llm.vectors import DIMENSIONS, Vector

log = structlog.get_logger(__name__)

# A longer document can be found by its words at once, and by its vectors once `upkeep` has made them, some at a time:
# those of a whole book would fill the worker's memory.
_MOST_AT_ONCE = 2_000

_INSERT = sa.text(
    f"""
    WITH rows AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
            AS rows(position int, page int, heading text, text text, above text, folded text, vector text)
    ), chunks AS (
        INSERT INTO knowledge_chunks (organisation_id, document_id, position, page, heading, language, text, search)
        SELECT :organisation_id, :document_id, position, page, heading, :language, text,
               setweight(to_tsvector(CAST(:configuration AS regconfig), above), 'A')
               || setweight(to_tsvector(CAST(:configuration AS regconfig), folded), 'D')
        FROM rows
        RETURNING id, position
    )
    INSERT INTO knowledge_vectors (organisation_id, chunk_id, language, model, store, embedding)
    SELECT :organisation_id, id, :language, :model, :store, CAST(vector AS halfvec({DIMENSIONS}))
    FROM chunks JOIN rows USING (position) WHERE vector IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document's passages, ready to be written; `vectors` has one of `model` for each, or is None."""

    title: str
    language: str
    chunks: tuple[Chunk, ...]
    model: str
    vectors: tuple[Vector, ...] | None


def prepare(title: str, language: str, chunks: Iterable[Chunk]) -> Prepared:
    """The passages of a document called `title`, in their order, with their vectors.

    Call it outside of any transaction: a model may be far away.
    """
    passages = tuple(chunks)
    texts = [embedded_text(title, chunk.heading, chunk.text) for chunk in passages]
    return Prepared(title, language, passages, str(embeddings().model.name), _vectors(texts))


def _vectors(texts: Sequence[str]) -> tuple[Vector, ...] | None:
    """The texts' vectors. None where they cannot be had now, or belong elsewhere: they follow (see `upkeep`)."""
    if vector_store().remote or len(texts) > _MOST_AT_ONCE:
        return None
    try:
        return tuple(embeddings().of_passages(texts))
    except Unavailable as error:
        log.warning("passages_wait_for_vectors", reason=error.message)
        return None


def embedded_text(title: str, heading: str | None, text: str) -> str:
    """What stands for a passage before an embedding model: its own words, and what it stands under."""
    return "\n".join(part for part in (title, heading, text) if part)


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
            "vector": written(prepared.vectors[position]) if prepared.vectors else None,
        }
        for position, chunk in enumerate(prepared.chunks)
    ]
    session.execute(
        _INSERT,
        {
            "organisation_id": organisation_id,
            "document_id": document_id,
            "language": prepared.language,
            "configuration": configuration(prepared.language),
            "model": prepared.model,
            "store": PgVectorStore.name,
            "rows": json.dumps(rows, ensure_ascii=False),
        },
    )
    return len(rows)
