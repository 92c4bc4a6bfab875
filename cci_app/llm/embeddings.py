"""Vectors of texts, from a model that a setting names: `offline`, `openai:text-embedding-3-small`."""

from collections.abc import Sequence
from typing import Protocol

from flask import Flask, current_app

from cci_app.core.deadline import Deadline
from cci_app.llm.names import ModelName
from cci_app.llm.offline_embedding import OfflineEmbedding
from cci_app.llm.vectors import Vector
from config.settings import Settings

# Texts that a model is given at once.
BATCH = 100


class EmbeddingModel(Protocol):
    """A model that turns texts into vectors of `DIMENSIONS` numbers, near each other where the texts are."""

    @property
    def name(self) -> ModelName:
        """Its name, as settings write it; vectors of different names are not compared."""
        ...

    @property
    def least_similarity(self) -> float:
        """The cosine below which a passage has nothing to do with a question, as far as that is known."""
        ...

    def embed(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        """The vectors of at most `BATCH` texts, in their order. Raises ModelFailed, after `seconds` at the latest."""
        ...


class Embeddings:
    """The vectors of one application. Safe to share between threads."""

    def __init__(self, model: EmbeddingModel) -> None:
        self.model = model

    def of_question(self, text: str, deadline: Deadline) -> Vector | None:
        """The vector of a question; None where there is not the time for it, or the model does not answer."""
        return self.model.embed([text], deadline.left())[0]

    def of_passages(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of any number of texts, in their order."""
        return [
            vector
            for begin in range(0, len(texts), BATCH)
            for vector in self.model.embed(texts[begin : begin + BATCH], 60.0)
        ]


def init_embeddings(app: Flask, settings: Settings) -> None:  # noqa: ARG001
    """Give the application its embeddings."""
    app.extensions["cci_embeddings"] = Embeddings(OfflineEmbedding())


def embeddings() -> Embeddings:
    """The present application's."""
    found: Embeddings = current_app.extensions["cci_embeddings"]
    return found
