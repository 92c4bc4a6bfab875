"""Vectors that were paid for, kept in Redis for a while. It is never the only copy: what is gone is asked for again."""

import base64
import hashlib
import struct
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import redis

from cci_app.core.redis import ask_redis
from cci_app.llm.names import ModelName
from cci_app.llm.vectors import DIMENSIONS, Vector

LIFE_SECONDS = 7 * 24 * 3600
# About 4 KiB each. Beyond it the oldest go.
MOST = 5000

_ORDER = "embeddings"
# As precise as they are in the database.
_FORMAT = f"<{DIMENSIONS}e"


class EmbeddingCache:
    """Vectors by model and by the SHA-256 of their text. Where Redis does not answer, it is empty."""

    def __init__(self, model: ModelName) -> None:
        self._model = model

    def get(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Those of the texts whose vectors are known."""
        keys = [self._key(text) for text in texts]
        try:
            found = cast("list[str | None]", ask_redis(lambda client: client.mget(keys)))
        except redis.RedisError:
            return {}
        return {text: _read(value) for text, value in zip(texts, found, strict=True) if value}

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors of these texts."""

        def write(client: redis.Redis) -> None:
            now = time.time()
            with client.pipeline(transaction=False) as pipeline:
                for text, vector in vectors.items():
                    key = self._key(text)
                    pipeline.set(key, _written(vector), ex=LIFE_SECONDS)
                    pipeline.zadd(_ORDER, {key: now})
                pipeline.zcard(_ORDER)
                count: int = pipeline.execute()[-1]
            if count > MOST:
                oldest = cast("list[tuple[Any, float]]", client.zpopmin(_ORDER, count - MOST))
                client.delete(*(key for key, _ in oldest))

        try:
            ask_redis(write)
        except redis.RedisError:
            return

    def _key(self, text: str) -> str:
        return f"embedding:{self._model}:{hashlib.sha256(text.encode()).hexdigest()}"


def _written(vector: Vector) -> str:
    return base64.b85encode(struct.pack(_FORMAT, *vector)).decode()


def _read(value: str) -> Vector:
    return list(struct.unpack(_FORMAT, base64.b85decode(value)))
