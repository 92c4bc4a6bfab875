"""Vectors in the rows of PostgreSQL: few are compared one by one, many through a graph of neighbours.

A graph (HNSW) costs milliseconds for each vector that it takes in, misses some neighbours, and has to step over the
vectors of other organisations. So new vectors wait beside it, where comparing them one by one is exact; once enough of
an organisation's wait, a worker takes them into the graph (see `upkeep`).
"""

import struct
from functools import cache

import sqlalchemy as sa

from cci_app.knowledge.stores.port import Asked, Near
from cci_app.llm.vectors import COARSE, DIMENSIONS, Vector

# What the graph proposes by the first part of the vectors, to be put in order by the whole ones.
_PROPOSALS = 40

# Neighbours of another organisation, language or model are stepped over, as far as it takes (iterative_scan). Without a
# row of the organisation in it, the graph is not entered: it would be searched to its end.
_NEAREST = sa.text(
    f"""
    SELECT set_config('hnsw.ef_search', '{_PROPOSALS}', true), set_config('hnsw.iterative_scan', 'relaxed_order', true);
    WITH asked AS MATERIALIZED (SELECT CAST(:vector AS halfvec({DIMENSIONS})) AS vector),
    graph AS MATERIALIZED (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE organisation_id = :organisation_id AND language = :language AND model = :model AND in_graph
          AND (SELECT EXISTS (SELECT FROM knowledge_vectors WHERE organisation_id = :organisation_id AND in_graph))
        ORDER BY subvector(embedding, 1, {COARSE})::halfvec({COARSE})
                 <=> (SELECT subvector(vector, 1, {COARSE})::halfvec({COARSE}) FROM asked)
        LIMIT {_PROPOSALS}
    ), also AS (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE chunk_id = ANY(:also) AND language = :language AND model = :model AND in_graph
    ), waiting AS (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE organisation_id = :organisation_id AND language = :language AND model = :model AND NOT in_graph
          AND embedding IS NOT NULL
    )
    SELECT DISTINCT chunk_id, 1 - (embedding <=> (SELECT vector FROM asked)) AS similarity
    FROM (TABLE graph UNION ALL TABLE also UNION ALL TABLE waiting) AS proposed
    ORDER BY similarity DESC, chunk_id LIMIT :limit
    """
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

    def nearest(
        self,
        organisation_id: int,
        asked: Asked,
        limit: int,
        *,
        timeout: float,  # noqa: ARG002 (the transaction has its own)
        connection: sa.Connection | None,
    ) -> list[Near]:
        """See VectorStore."""
        if connection is None:
            raise ValueError("a store in the database is asked inside a transaction")
        values = {
            "organisation_id": organisation_id,
            "model": asked.model,
            "language": asked.language,
            "vector": written(asked.vector),
            "also": list(asked.also),
            "limit": limit + len(asked.also),
        }
        return [Near(row.chunk_id, row.similarity) for row in connection.execute(_NEAREST, values)]
