"""The store that the settings name."""

from flask import Flask, current_app

from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.errors import CannotStart
from cci_app.knowledge.index.stores.pgvector import PgVectorStore
from cci_app.knowledge.index.stores.port import VectorStore
from config.settings import Settings


def init_vector_store(app: Flask, settings: Settings) -> None:
    """Give the application its store. Raises CannotStart where Pinecone is named and not set up."""
    app.extensions["cci_vector_store"] = _store(settings)
    app.extensions["cci_vector_threads"] = DaemonThreads("vectors", settings.db_pool_size)


def _store(settings: Settings) -> VectorStore:
    if settings.chosen_knowledge_store != "pinecone":
        return PgVectorStore()
    if settings.pinecone_api_key is None or not (settings.pinecone_index or settings.pinecone_host):
        raise CannotStart("Pinecone needs PINECONE_API_KEY, and PINECONE_INDEX or PINECONE_HOST")
    from cci_app.knowledge.index.stores.pinecone import PineconeStore

    return PineconeStore(settings)


def vector_store() -> VectorStore:
    """The present application's."""
    store: VectorStore = current_app.extensions["cci_vector_store"]
    return store


def vector_threads() -> DaemonThreads:
    """Those in which the present application asks its store while it does something else."""
    threads: DaemonThreads = current_app.extensions["cci_vector_threads"]
    return threads
