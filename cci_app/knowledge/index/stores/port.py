"""What a search asks of a store of vectors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from cci_app.knowledge.models import SHARED
from cci_app.llm.vectors import Vector


@dataclass(frozen=True, slots=True)
class Near:
    """A passage by its id, and the cosine of its vector and the question's."""

    chunk_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What vectors are compared with: those of `model`, of passages in any language that are of these `assistants`.

    A remote store knows nothing of assistants: whoever asks it leaves out what they may not read.
    """

    model: str
    vector: Vector
    assistants: Sequence[str] = (SHARED,)


class VectorStore(Protocol):
    """A store of vectors. What it says is a proposal: whether a passage is there is for the database's rows to say."""

    @property
    def name(self) -> str:
        """How `knowledge_vectors.store` calls it."""
        ...

    @property
    def remote(self) -> bool:
        """Whether it is not the database: then vectors are brought there afterwards (see `upkeep`)."""
        ...

    def nearest(self, organisation_id: int, asked: Asked, limit: int, *, timeout: float) -> list[Near]:
        """The passages whose vectors are nearest, nearest first, at most `limit`.

        Call it outside of any transaction. Raises Unavailable where it is not answered within `timeout` seconds.
        """
        ...

    def similarities(self, organisation_id: int, asked: Asked, ids: Sequence[int], *, timeout: float) -> list[Near]:
        """How near these passages are, those that can be told; a store may pass over all. Like `nearest` otherwise."""
        ...


@runtime_checkable
class RemoteVectorStore(VectorStore, Protocol):
    """A store that is not the database: vectors are written to it and removed from it on their own."""

    def put(self, organisation_id: int, model: str, vectors: Mapping[int, tuple[str, Vector]]) -> None:
        """Write vectors, each under its passage's id with the passage's language. Raises Unavailable."""
        ...

    def ids(self, organisation_id: int) -> Iterator[list[int]]:
        """The passages that have a vector there, a page at a time. Raises Unavailable."""
        ...

    def remove(self, organisation_id: int, chunk_ids: Sequence[int]) -> None:
        """Remove vectors; those that are not there do not matter. Raises Unavailable."""
        ...
