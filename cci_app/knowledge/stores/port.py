"""What a search asks of a store of vectors."""

from dataclasses import dataclass
from typing import Protocol

from cci_app.llm.vectors import Vector


@dataclass(frozen=True, slots=True)
class Near:
    """A passage by its id, and the cosine of its vector and the question's."""

    chunk_id: int
    similarity: float


class VectorStore(Protocol):
    """A store of vectors. What it says is a proposal: whether a passage is there is for the database's rows to say."""

    @property
    def name(self) -> str:
        """How `knowledge_vectors.store` calls it."""
        ...

    def nearest(
        self, organisation_id: int, model: str, language: str, vector: Vector, limit: int, *, timeout: float
    ) -> list[Near]:
        """The passages of that language whose vectors of `model` are nearest, nearest first.

        Raises Unavailable where the store does not answer within `timeout` seconds.
        """
        ...
