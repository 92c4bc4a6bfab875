"""Vectors in the rows of PostgreSQL: few are compared one by one, many through a graph of neighbours.

A graph (HNSW) costs milliseconds for each vector that it takes in, misses some neighbours, and has to step over the
vectors of other organisations. So new vectors wait beside it, where comparing them one by one is exact; once enough of
an organisation's wait, a worker takes them into the graph (see `upkeep`).
"""

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.core.database import tenant_connection
from cci_app.core.errors import Unavailable
from cci_app.knowledge.stores.port import Near
from cci_app.llm.vectors import COARSE, DIMENSIONS, Vector

# What the graph proposes by the first part of the vectors, to be put in order by the whole ones.
_PROPOSALS = 60

_LIMITS = sa.text(
    "SELECT set_config('statement_timeout', :timeout, true), set_config('hnsw.ef_search', :proposals, true),"
    # Neighbours of another language or model are stepped over, as far as it takes.
    " set_config('hnsw.iterative_scan', 'relaxed_order', true)"
)
# Without a row of the organisation in it, the graph is not entered: it would be searched to its end.
_NEAREST = sa.text(
    f"""
    WITH asked AS MATERIALIZED (SELECT CAST(:vector AS halfvec({DIMENSIONS})) AS vector),
    graph AS MATERIALIZED (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE organisation_id = :organisation_id AND language = :language AND model = :model AND in_graph
          AND (SELECT EXISTS (SELECT FROM knowledge_vectors WHERE organisation_id = :organisation_id AND in_graph))
        ORDER BY subvector(embedding, 1, {COARSE})::halfvec({COARSE})
                 <=> (SELECT subvector(vector, 1, {COARSE})::halfvec({COARSE}) FROM asked)
        LIMIT :proposals
    ), waiting AS (
        SELECT chunk_id, embedding FROM knowledge_vectors
        WHERE organisation_id = :organisation_id AND language = :language AND model = :model AND NOT in_graph
          AND embedding IS NOT NULL
    )
    SELECT chunk_id, 1 - (embedding <=> (SELECT vector FROM asked)) AS similarity
    FROM (TABLE graph UNION ALL TABLE waiting) AS proposed
    ORDER BY similarity DESC, chunk_id LIMIT :limit
    """
)


def written(vector: Vector) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(map(str, vector))}]"


class PgVectorStore:
    """The store that is a table of the database; what is written there is committed with the passages."""

    name = "pgvector"

    def nearest(
        self, organisation_id: int, model: str, language: str, vector: Vector, limit: int, *, timeout: float
    ) -> list[Near]:
        """See VectorStore."""
        asked = {"organisation_id": organisation_id, "model": model, "language": language, "vector": written(vector)}
        try:
            with tenant_connection(organisation_id) as connection:
                limits = {"timeout": str(max(1, int(timeout * 1000))), "proposals": str(_PROPOSALS)}
                connection.execute(_LIMITS, limits)
                found = connection.execute(_NEAREST, {**asked, "proposals": _PROPOSALS, "limit": limit})
                return [Near(row.chunk_id, row.similarity) for row in found]
        except (OperationalError, PoolTimeout) as error:
            raise Unavailable("the vectors cannot be searched at present") from error
