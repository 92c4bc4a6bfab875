"""Vectors in the rows of PostgreSQL: few are compared one by one, many through a graph of neighbours.

A graph (HNSW) costs milliseconds for each vector that it takes in, misses some neighbours, and has to step over the
vectors of other organisations. So new vectors wait beside it, where comparing them one by one is exact; once enough of
an organisation's wait, a worker takes them into the graph (see `upkeep`).
"""

import struct
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.core.database import one_trip, tenant_statement
from cci_app.core.errors import Unavailable
from cci_app.knowledge.index.stores.port import Asked, Near
from cci_app.llm.vectors import COARSE, DIMENSIONS, Vector

# What the graph proposes by the first part of the vectors, to be put in order by the whole ones.
_PROPOSALS = 40

_READABLE = (
    "EXISTS (SELECT FROM knowledge_chunks AS chunk"
    " WHERE chunk.id = chunk_id AND chunk.assistant = ANY(CAST(:assistants AS text[])))"
)
# Neighbours of another organisation or model are stepped over, as far as it takes (iterative_scan). Without a
# row of the organisation in it, the graph is not entered: it would be searched to its end.
_NEAREST = one_trip(
    f"""
    SELECT set_config('hnsw.ef_search', {_PROPOSALS}::text, true),
        set_config('hnsw.iterative_scan', 'relaxed_order', true);
    WITH asked AS MATERIALIZED (SELECT CAST(:vector AS halfvec({DIMENSIONS})) AS vector),
    graph AS MATERIALIZED (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE organisation_id = :organisation_id AND model = :model AND in_graph
          AND {_READABLE}
          AND (SELECT EXISTS (SELECT FROM knowledge_vectors WHERE organisation_id = :organisation_id AND in_graph))
        ORDER BY subvector(embedding, 1, {COARSE})::halfvec({COARSE})
                 <=> (SELECT subvector(vector, 1, {COARSE})::halfvec({COARSE}) FROM asked)
        LIMIT {_PROPOSALS}
    ), waiting AS (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE organisation_id = :organisation_id AND model = :model AND NOT in_graph
          AND {_READABLE} AND embedding IS NOT NULL
    )
    SELECT chunk_id, 1 - (embedding <=> (SELECT vector FROM asked)) AS similarity
    FROM (TABLE graph UNION ALL TABLE waiting) AS proposed
    ORDER BY similarity DESC, chunk_id LIMIT :limit
    """,
    timed=True,
)
_SIMILARITIES = one_trip(
    f"""
    WITH asked AS MATERIALIZED (SELECT CAST(:vector AS halfvec({DIMENSIONS})) AS vector)
    SELECT chunk_id, 1 - (embedding <=> (SELECT vector FROM asked)) AS similarity FROM knowledge_vectors
    WHERE chunk_id = ANY(:ids) AND organisation_id = :organisation_id AND model = :model
      AND {_READABLE} AND embedding IS NOT NULL
    """,
    timed=True,
)


_HALVES = struct.Struct(f"{DIMENSIONS}e")
_BITS = struct.Struct(f"{DIMENSIONS}H")


@cache
def _digits() -> list[str]:
    """Every number of 16 bits, by these, in the five digits that tell it from the next."""
    every = range(1 << 16)
    return [f"{number:.5g}" for number in struct.unpack(f"{len(every)}e", struct.pack(f"{len(every)}H", *every))]


def written(vector: Vector) -> str:
    """A vector as pgvector reads it, as precise as its column: every digit takes time to read.

    Raises OverflowError for a number that is too large for 16 bits.
    """
    return f"[{','.join(map(_digits().__getitem__, _BITS.unpack(_HALVES.pack(*vector))))}]"


class PgVectorStore:
    """The store that is a table of the database; what is written there is committed with the passages."""

    name = "pgvector"
    remote = False

    def nearest(self, organisation_id: int, asked: Asked, limit: int, *, timeout: float) -> list[Near]:
        """See VectorStore."""
        return _near(organisation_id, _NEAREST, asked, timeout, {"limit": limit})

    def similarities(self, organisation_id: int, asked: Asked, ids: Sequence[int], *, timeout: float) -> list[Near]:
        """See VectorStore."""
        return _near(organisation_id, _SIMILARITIES, asked, timeout, {"ids": list(ids)})


def _near(
    organisation_id: int, statement: sa.TextClause, asked: Asked, timeout: float, more: Mapping[str, Any]
) -> list[Near]:
    values = {
        "organisation_id": organisation_id,
        "model": asked.model,
        "vector": written(asked.vector),
        "assistants": list(asked.assistants),
    }
    try:
        rows = tenant_statement(organisation_id, statement, {**values, **more}, timeout=timeout)
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("the database does not compare vectors in time") from error
    return [Near(row.chunk_id, row.similarity) for row in rows]
