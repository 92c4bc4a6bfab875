"""Vectors in a Pinecone index, a namespace for each organisation. It keeps no text, and decides nothing.

What it and the database disagree about is settled by the database's rows: a passage without a row is not read, one
whose row does not say that it is there is sent again (see `upkeep`).
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from pinecone import Index, Pinecone
from pinecone.errors import PineconeError

from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.errors import Unavailable
from cci_app.knowledge.index.stores.port import Asked, Near
from cci_app.llm.vectors import Vector
from config.settings import Settings

T = TypeVar("T")

# Pinecone takes requests of 2 MB: a hundred vectors of 1,536 numbers are about one and a half.
_AT_ONCE = 100
_DELETED_AT_ONCE = 1000
_WRITE_SECONDS = 60.0


class PineconeStore:
    """A `VectorStore` over Pinecone's client. Its index has 1,536 dimensions and compares by cosine."""

    name = "pinecone"
    remote = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threads = DaemonThreads("pinecone", settings.agent_pool_size)
        self._lock = threading.Lock()
        self._index: Index | None = None

    def nearest(self, organisation_id: int, asked: Asked, limit: int, *, timeout: float) -> list[Near]:
        """See VectorStore."""
        found = self._run(
            lambda index: index.query(
                top_k=limit,
                vector=asked.vector,
                namespace=_namespace(organisation_id),
                filter={"model": {"$eq": asked.model}},
                timeout=timeout,
            ),
            timeout,
        )
        return [Near(int(match.id), match.score) for match in found.matches if match.id.isdecimal()]

    def similarities(
        self,
        organisation_id: int,  # noqa: ARG002
        asked: Asked,  # noqa: ARG002
        ids: Sequence[int],  # noqa: ARG002
        *,
        timeout: float,  # noqa: ARG002
    ) -> list[Near]:
        """None: to fetch the vectors takes longer than they are worth."""
        return []

    def put(self, organisation_id: int, model: str, vectors: Mapping[int, tuple[str, Vector]]) -> None:
        """Write vectors, each under its passage's id with the passage's language. Raises Unavailable."""
        rows = [
            {"id": str(chunk_id), "values": vector, "metadata": {"language": language, "model": model}}
            for chunk_id, (language, vector) in vectors.items()
        ]
        for begin in range(0, len(rows), _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            self._run(
                lambda index, some=some: index.upsert(  # type: ignore[misc]
                    vectors=some, namespace=_namespace(organisation_id), show_progress=False, timeout=_WRITE_SECONDS
                ),
                _WRITE_SECONDS,
            )

    def ids(self, organisation_id: int) -> Iterator[list[int]]:
        """The passages that have a vector there, a page at a time. Raises Unavailable."""
        token: str | None = None
        while True:
            page = self._run(
                lambda index, token=token: index.list_paginated(  # type: ignore[misc]
                    namespace=_namespace(organisation_id), pagination_token=token, timeout=_WRITE_SECONDS
                ),
                _WRITE_SECONDS,
            )
            yield [int(each.id) for each in page.vectors if each.id.isdecimal()]
            token = page.pagination.next if page.pagination else None
            if not token:
                return

    def remove(self, organisation_id: int, chunk_ids: Sequence[int]) -> None:
        """Remove vectors; those that are not there do not matter. Raises Unavailable."""
        for begin in range(0, len(chunk_ids), _DELETED_AT_ONCE):
            some = [str(each) for each in chunk_ids[begin : begin + _DELETED_AT_ONCE]]
            self._run(
                lambda index, some=some: index.delete(  # type: ignore[misc]
                    ids=some, namespace=_namespace(organisation_id), timeout=_WRITE_SECONDS
                ),
                _WRITE_SECONDS,
            )

    def _run(self, work: Callable[[Index], T], seconds: float) -> T:
        """By the clock on the wall: the client has pauses and repetitions of its own."""
        try:
            return self._threads.run(lambda: work(self._opened()), seconds)
        except (PineconeError, TimeoutError, RuntimeError) as error:
            raise Unavailable(f"Pinecone does not answer ({type(error).__name__})") from error

    def _opened(self) -> Index:
        """The index; where its host is not set, its name is asked about once."""
        with self._lock:
            if self._index is None:
                key = self._settings.pinecone_api_key
                client = Pinecone(
                    api_key=key.get_secret_value() if key else "", host=self._settings.pinecone_control_url
                )
                self._index = client.index(
                    name=self._settings.pinecone_index or "", host=self._settings.pinecone_host or ""
                )
            return self._index


def _namespace(organisation_id: int) -> str:
    return f"organisation-{organisation_id}"
