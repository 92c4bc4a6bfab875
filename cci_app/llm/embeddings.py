"""Vectors of texts, from a model that a setting names: `offline`, `openai:text-embedding-3-small`."""

from collections.abc import Sequence
from typing import Protocol

import structlog
from flask import Flask, current_app

from cci_app.core.breaker import Breaker
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CannotStart, Unavailable
from cci_app.core.retry import Patience
from cci_app.llm.calls import CallOutcome
from cci_app.llm.chat import ModelFailed
from cci_app.llm.embedding_cache import EmbeddingCache
from cci_app.llm.names import ModelName, Provider, UnknownModel
from cci_app.llm.offline_embedding import OfflineEmbedding
from cci_app.llm.vectors import Vector
from config.settings import DEFAULT_OPENAI_EMBEDDING, Settings

log = structlog.get_logger(__name__)

# Texts that a model is given at once.
BATCH = 100

# A batch of passages may take long, and is tried again where that may help; a question has only its deadline.
_BATCH_SECONDS = 60.0
_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 20.0
_WORTH_TRYING_AGAIN = frozenset({CallOutcome.RATE_LIMITED, CallOutcome.FAILED, CallOutcome.TIMED_OUT})
# With less than this no question is sent: its vector would come too late.
_LEAST_SECONDS = 0.1


class EmbeddingModel(Protocol):
    """A model that turns texts into vectors of `DIMENSIONS` numbers, near each other where the texts are."""

    @property
    def name(self) -> ModelName:
        """Its name, as settings write it; vectors of different names are not compared."""
        ...

    @property
    def remote(self) -> bool:
        """Whether it is reached over a network: then its vectors are kept for a while, and it may not answer."""
        ...

    @property
    def least_similarity(self) -> float:
        """The cosine below which a passage has nothing to do with a question, as far as that is known."""
        ...

    def embed(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        """The vectors of at most `BATCH` texts, in their order. Raises ModelFailed, as after `seconds` of silence."""
        ...


class Embeddings:
    """The vectors of one application. Safe to share between threads."""

    def __init__(self, model: EmbeddingModel, threads: int) -> None:
        self.model = model
        self._cache = EmbeddingCache(model.name)
        self._breaker = Breaker(model.name.provider)
        self._threads = DaemonThreads("embedding", threads)

    def of_question(self, text: str, deadline: Deadline) -> Vector | None:
        """The vector of a question; None where there is not the time for it, or the model does not answer."""
        if not self.model.remote:
            return self.model.embed([text], deadline.left())[0]
        known = self._cache.get([text])
        if text in known:
            return known[text]
        if deadline.left() < _LEAST_SECONDS or not self._breaker.may_ask():
            return None
        try:
            vector = self._call([text], deadline.left())[0]
        except ModelFailed as failure:
            log.warning("question_not_embedded", model=str(self.model.name), outcome=failure.outcome)
            return None
        self._cache.put({text: vector})
        return vector

    def of_passages(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of any number of texts, in their order; what is known is not asked for again.

        Raises Unavailable where the model does not give them, after several attempts where those may help.
        """
        vectors: list[Vector] = []
        for begin in range(0, len(texts), BATCH):
            batch = texts[begin : begin + BATCH]
            known = self._cache.get(batch) if self.model.remote else {}
            if unknown := [text for text in dict.fromkeys(batch) if text not in known]:
                fresh = dict(zip(unknown, self._patiently(unknown), strict=True))
                if self.model.remote:
                    self._cache.put(fresh)
                known |= fresh
            vectors += [known[text] for text in batch]
        return vectors

    def _patiently(self, texts: Sequence[str]) -> list[Vector]:
        patience = Patience(_ATTEMPTS, _PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, self._worth_asking_again, _asked_pause)
        try:
            return patience.call(lambda: self._call(texts, _BATCH_SECONDS))
        except ModelFailed as failure:
            raise Unavailable(
                f"the embedding model {self.model.name} gave no vectors ({failure.outcome})",
                retry_after=round(failure.retry_after) if failure.retry_after else None,
            ) from failure

    def _worth_asking_again(self, error: BaseException) -> bool:
        if not isinstance(error, ModelFailed):
            return False
        log.warning("passages_not_embedded", model=str(self.model.name), outcome=error.outcome)
        return error.outcome in _WORTH_TRYING_AGAIN

    def _call(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        """A call by the clock on the wall: what a server sends a byte at a time never runs into a read's time-out."""
        if not self.model.remote:
            return self.model.embed(texts, seconds)
        try:
            vectors = self._threads.run(lambda: self.model.embed(texts, seconds), seconds)
        except TimeoutError as error:
            self._breaker.failed()
            raise ModelFailed(CallOutcome.TIMED_OUT) from error
        except RuntimeError as error:
            raise ModelFailed(CallOutcome.FAILED) from error
        except ModelFailed as failure:
            if failure.outcome is CallOutcome.RATE_LIMITED:
                self._breaker.pause(failure.retry_after)
            else:
                self._breaker.failed()
            raise
        self._breaker.answered()
        return vectors


def _asked_pause(error: BaseException) -> float | None:
    return error.retry_after if isinstance(error, ModelFailed) else None


def init_embeddings(app: Flask, settings: Settings) -> None:
    """Give the application its embeddings. Raises CannotStart where the setting names no model that can be had."""
    try:
        name = ModelName.parse(settings.chosen_embedding_model)
    except UnknownModel as error:
        raise _not_known(settings.chosen_embedding_model) from error
    app.extensions["cci_embeddings"] = Embeddings(_model(name, settings), settings.agent_pool_size)


def _model(name: ModelName, settings: Settings) -> EmbeddingModel:
    if name.provider is Provider.OFFLINE:
        return OfflineEmbedding()
    if name.provider is Provider.OPENAI:
        from cci_app.llm.openai_embedding import OpenAIEmbedding

        return OpenAIEmbedding(name, settings)
    raise _not_known(str(name))


def _not_known(name: str) -> CannotStart:
    return CannotStart(
        f"{name!r} names no embedding model that is known here: set EMBEDDING_MODEL to one of OpenAI's, such as"
        f" {DEFAULT_OPENAI_EMBEDDING}, or to offline"
    )


def embeddings() -> Embeddings:
    """The present application's."""
    found: Embeddings = current_app.extensions["cci_embeddings"]
    return found
