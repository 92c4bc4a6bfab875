"""Embedding models of OpenAI, and of services that speak as it. Loaded when a setting names one."""

import math
from collections.abc import Sequence

from langchain_openai import OpenAIEmbeddings

from cci_app.core.errors import CannotStart
from cci_app.llm.calls import CallOutcome
from cci_app.llm.chat import ModelFailed
from cci_app.llm.failures import outcome_of
from cci_app.llm.names import ModelName
from cci_app.llm.openai_address import client_of
from cci_app.llm.retry_after import retry_after
from cci_app.llm.vectors import DIMENSIONS, Vector
from config.settings import Settings

# These can be asked for vectors of any length.
_CAN_SHORTEN = "text-embedding-3"


class OpenAIEmbedding:
    """An `EmbeddingModel` over LangChain's client, which tries once and not again."""

    remote = True
    # What its cosines mean was not measured: the nearest passages are taken, however near they are.
    least_similarity = 0.0

    def __init__(self, name: ModelName, settings: Settings) -> None:
        if settings.openai_api_key is None:
            raise CannotStart(
                f"the embedding model {name} needs a key: set OPENAI_API_KEY, or EMBEDDING_MODEL to offline"
            )
        self.name = name
        self._client = OpenAIEmbeddings(
            model=name.model,
            openai_api_key=settings.openai_api_key,
            openai_api_base=settings.openai_base_url,
            http_client=client_of(settings),
            dimensions=DIMENSIONS if name.model.startswith(_CAN_SHORTEN) else None,
            # To count tokens it would fetch a table from the network at run time.
            check_embedding_ctx_length=False,
            max_retries=0,
        )

    def embed(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        """See EmbeddingModel. The time-out is that of a read: whoever needs the clock on the wall watches it."""
        try:
            vectors = self._client.embed_documents(list(texts), chunk_size=len(texts), timeout=seconds)
        except Exception as error:
            raise ModelFailed(outcome_of(error), retry_after(error)) from error
        if len(vectors) != len(texts) or not all(map(_sound, vectors)):
            raise ModelFailed(CallOutcome.GARBAGE)
        return [[*vector, *[0.0] * (DIMENSIONS - len(vector))] for vector in vectors]


def _sound(vector: Sequence[float]) -> bool:
    return 0 < len(vector) <= DIMENSIONS and all(map(math.isfinite, vector)) and any(vector)
