"""Vectors kept in step with the passages, in the background: what is missing is made, what waits goes into the graph.

A passage has no vector of the present model where the model did not answer when it was written, or where the setting
was changed since. Its words are searched meanwhile. Everything here may stop anywhere and begin again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from cci_app.core.database import system_transaction, tenant_transaction
from cci_app.core.errors import Unavailable
from cci_app.knowledge.index.indexing import embedded_text
from cci_app.knowledge.index.stores.choice import vector_store
from cci_app.knowledge.index.stores.pgvector import PgVectorStore
from cci_app.knowledge.index.stores.port import RemoteVectorStore
from cci_app.knowledge.models import KnowledgeChunk, KnowledgeDocument, KnowledgeVector
from cci_app.llm.embeddings import BATCH, embeddings

log = structlog.get_logger(__name__)

# So many vectors of an organisation may wait to be taken into the graph: to compare them takes a few milliseconds.
MOST_WAITING = 2000

_TAKEN_AT_ONCE = 200


@dataclass(slots=True)
class Upkeep:
    """What was done: passages that got a vector, and vectors that the graph took in. `left` where time ran out."""

    embedded: int = 0
    graphed: int = 0
    left: bool = False


def tend_all(seconds: float) -> None:
    """Bring the vectors of every organisation into step, for about that long; what is left is found the next time."""
    organisations = organisations_to_tend()
    for organisation_id in organisations:
        try:
            tend(organisation_id, seconds=seconds / len(organisations))
        except Unavailable as error:
            log.warning("vectors_not_tended", organisation_id=organisation_id, reason=error.message)


def organisations_to_tend() -> list[int]:
    """The organisations whose vectors are not in step with their passages, or too many of which wait."""
    missing = sa.select(KnowledgeChunk.organisation_id).where(_has_no_vector()).distinct()
    waiting = (
        sa.select(KnowledgeVector.organisation_id)
        .where(~KnowledgeVector.in_graph, KnowledgeVector.store == PgVectorStore.name)
        .group_by(KnowledgeVector.organisation_id)
        .having(sa.func.count() > MOST_WAITING)
    )
    with system_transaction() as session:
        return list(session.scalars(sa.union(missing, waiting)))


def tend(organisation_id: int, *, seconds: float) -> Upkeep:
    """Bring an organisation's vectors into step, for about that long.

    Raises Unavailable where the embedding model, or the store, does not answer; what was done is kept.
    """
    until = time.monotonic() + seconds
    done = Upkeep()
    while batch := _without_vector(organisation_id):
        done.embedded += _embed(organisation_id, batch)
        if time.monotonic() > until:
            done.left = True
            return done
    if _waiting(organisation_id) > MOST_WAITING:
        while taken := _take_into_graph(organisation_id):
            done.graphed += taken
            if time.monotonic() > until:
                done.left = True
                return done
    return done


def reconcile(organisation_id: int) -> tuple[int, int]:
    """Compare a remote store with the rows, which are right: the vectors removed there, and those found missing.

    What is missing is made again by `tend`. Raises Unavailable where the store does not answer.
    """
    store = vector_store()
    if not isinstance(store, RemoteVectorStore):
        return 0, 0
    present: set[int] = set()
    strays = 0
    for page in store.ids(organisation_id):
        with tenant_transaction(organisation_id) as session:
            known = set(session.scalars(sa.select(KnowledgeChunk.id).where(KnowledgeChunk.id.in_(page))))
        present |= known
        if gone := [each for each in page if each not in known]:
            store.remove(organisation_id, gone)
            strays += len(gone)
    with tenant_transaction(organisation_id) as session:
        told = sa.select(KnowledgeVector.chunk_id).where(
            KnowledgeVector.organisation_id == organisation_id, KnowledgeVector.store == store.name
        )
        lost = set(session.scalars(told)) - present
        session.execute(sa.delete(KnowledgeVector).where(KnowledgeVector.chunk_id.in_(lost)))
    return strays, len(lost)


def _has_no_vector() -> sa.ColumnElement[bool]:
    """Of a passage: it has none of the present model in the present store."""
    return ~sa.exists().where(
        KnowledgeVector.chunk_id == KnowledgeChunk.id,
        KnowledgeVector.model == str(embeddings().model.name),
        KnowledgeVector.store == vector_store().name,
    )


def _without_vector(organisation_id: int) -> list[sa.Row[Any]]:
    statement = (
        sa.select(
            KnowledgeChunk.id,
            KnowledgeChunk.language,
            KnowledgeDocument.title,
            KnowledgeChunk.heading,
            KnowledgeChunk.text,
        )
        .join(KnowledgeDocument, KnowledgeDocument.id == KnowledgeChunk.document_id)
        .where(KnowledgeChunk.organisation_id == organisation_id, _has_no_vector())
        .order_by(KnowledgeChunk.id)
        .limit(BATCH)
    )
    with tenant_transaction(organisation_id) as session:
        return list(session.execute(statement))


def _embed(organisation_id: int, batch: Sequence[sa.Row[Any]]) -> int:
    vectors = embeddings().of_passages([embedded_text(row.title, row.heading, row.text) for row in batch])
    by_id = {row.id: vector for row, vector in zip(batch, vectors, strict=True)}
    store = vector_store()
    if isinstance(store, RemoteVectorStore):
        # First there, then in our rows: what breaks off in between is sent again.
        there_too = {row.id: (row.language, by_id[row.id]) for row in batch}
        store.put(organisation_id, str(embeddings().model.name), there_too)
    with tenant_transaction(organisation_id) as session:
        # A passage that is deleted meanwhile needs none.
        there = session.execute(
            sa.select(KnowledgeChunk.id, KnowledgeChunk.language)
            .where(KnowledgeChunk.id.in_(by_id))
            .with_for_update(read=True, key_share=True)
        ).all()
        if not there:
            return 0
        written = insert(KnowledgeVector).values(
            [
                {
                    "organisation_id": organisation_id,
                    "chunk_id": row.id,
                    "language": row.language,
                    "model": str(embeddings().model.name),
                    "store": store.name,
                    "in_graph": False,
                    "embedding": None if store.remote else by_id[row.id],
                }
                for row in there
            ]
        )
        replaced = {name: written.excluded[name] for name in ("language", "model", "store", "in_graph", "embedding")}
        session.execute(written.on_conflict_do_update(index_elements=["chunk_id"], set_=replaced))
    return len(there)


def _waiting(organisation_id: int) -> int:
    with tenant_transaction(organisation_id) as session:
        return (
            session.scalar(
                sa.select(sa.func.count()).where(
                    KnowledgeVector.organisation_id == organisation_id,
                    ~KnowledgeVector.in_graph,
                    KnowledgeVector.embedding.is_not(None),
                )
            )
            or 0
        )


def _take_into_graph(organisation_id: int) -> int:
    some = (
        sa.select(KnowledgeVector.chunk_id)
        .where(
            KnowledgeVector.organisation_id == organisation_id,
            ~KnowledgeVector.in_graph,
            KnowledgeVector.embedding.is_not(None),
        )
        .limit(_TAKEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with tenant_transaction(organisation_id) as session:
        taken = session.execute(
            sa.update(KnowledgeVector)
            .where(KnowledgeVector.chunk_id.in_(some))
            .values(in_graph=True)
            .returning(KnowledgeVector.chunk_id)
        )
        return len(taken.all())
