"""Passages made searchable, in two steps: prepared outside of any transaction, written inside one.

What may wait for a network belongs to the first step, so that no transaction does.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.core.errors import Unavailable
from cci_app.knowledge.index.chunking import Chunk
from cci_app.knowledge.index.stores.choice import vector_store
from cci_app.knowledge.index.stores.pgvector import PgVectorStore, written
from cci_app.knowledge.languages import configuration
from cci_app.knowledge.models import KnowledgeChunk
from cci_app.language.tokens import folded
from cci_app.llm.embeddings import embeddings
from cci_app.llm.vectors import DIMENSIONS, Vector

log = structlog.get_logger(__name__)

# A longer document can be found by its words at once, and by its vectors once `upkeep` has made them, some at a time:
# those of a whole book would fill the worker's memory.
_MOST_AT_ONCE = 2_000

_INSERT = sa.text(
    f"""
    WITH rows AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:rows AS json))
            AS rows(document_id bigint, position int, page int, heading text, language text, configuration regconfig,
                    text text, above text, folded text, model text, vector text)
    ), chunks AS (
        INSERT INTO knowledge_chunks
            (organisation_id, document_id, assistant, position, page, heading, language, text, search)
        SELECT :organisation_id, document_id, document.assistant, position, page, heading, rows.language, text,
               setweight(to_tsvector(configuration, above), 'A') || setweight(to_tsvector(configuration, folded), 'D')
        FROM rows JOIN knowledge_documents AS document ON document.id = document_id
        RETURNING id, document_id, position
    )
    INSERT INTO knowledge_vectors (organisation_id, chunk_id, language, model, store, embedding)
    SELECT :organisation_id, id, language, model, :store, CAST(vector AS halfvec({DIMENSIONS}))
    FROM chunks JOIN rows USING (document_id, position) WHERE vector IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A document's title and language, and its passages in their order."""

    title: str
    language: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document's passages, ready to be written; `vectors` has one of `model` for each, or is None."""

    cut: Cut
    model: str
    vectors: tuple[Vector, ...] | None


def prepare(documents: Sequence[Cut]) -> list[Prepared]:
    """The documents with the vectors of their passages, which are asked for together.

    Call it outside of any transaction: a model may be far away.
    """
    texts = [_embedded_texts(document) for document in documents]
    vectors = iter(_vectors([text for each in texts for text in each]) or ())
    model = str(embeddings().model.name)
    return [
        Prepared(document, model, tuple(islice(vectors, len(each))) or None)
        for document, each in zip(documents, texts, strict=True)
    ]


def _embedded_texts(document: Cut) -> list[str]:
    if len(document.chunks) > _MOST_AT_ONCE:
        return []
    return [embedded_text(document.title, chunk.heading, chunk.text) for chunk in document.chunks]


def _vectors(texts: Sequence[str]) -> list[Vector] | None:
    """The texts' vectors. None where they cannot be had now, or belong elsewhere: they follow (see `upkeep`)."""
    if vector_store().remote:
        return None
    try:
        return embeddings().of_passages(texts)
    except Unavailable as error:
        log.warning("passages_wait_for_vectors", reason=error.message)
        return None


def embedded_text(title: str, heading: str | None, text: str) -> str:
    """What stands for a passage before an embedding model: its own words, and what it stands under."""
    return "\n".join(part for part in (title, heading, text) if part)


def index(session: Session, organisation_id: int, documents: Mapping[int, Prepared]) -> None:
    """Put the passages of documents, by id, in the place of those that they had.

    A reader sees the old or the new, never a mix: both change with the session's transaction.
    """
    session.execute(sa.delete(KnowledgeChunk).where(KnowledgeChunk.document_id.in_(documents)))
    rows = [row for document_id, prepared in documents.items() for row in _rows(document_id, prepared)]
    session.execute(
        _INSERT,
        {"organisation_id": organisation_id, "store": PgVectorStore.name, "rows": json.dumps(rows, ensure_ascii=False)},
    )


def _rows(document_id: int, prepared: Prepared) -> Iterator[dict[str, object]]:
    document = prepared.cut
    for position, chunk in enumerate(document.chunks):
        yield {
            "document_id": document_id,
            "position": position,
            "page": chunk.page,
            "heading": chunk.heading,
            "language": document.language,
            "configuration": configuration(document.language),
            "text": chunk.text,
            "above": folded(f"{document.title} {chunk.heading or ''}"),
            "folded": folded(chunk.text),
            "model": prepared.model,
            "vector": written(prepared.vectors[position]) if prepared.vectors else None,
        }
