"""The store that the settings name."""

from cci_app.knowledge.stores.pgvector import PgVectorStore
from cci_app.knowledge.stores.port import VectorStore


def vector_store() -> VectorStore:
    """The present application's."""
    return PgVectorStore()
