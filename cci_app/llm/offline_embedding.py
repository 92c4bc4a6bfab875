"""The embedding model of this process: the encoder's table of words. It needs no key and no network."""

from collections.abc import Sequence

from cci_app.language.encoder.encoding import summed
from cci_app.llm.names import ModelName, Provider
from cci_app.llm.vectors import DIMENSIONS, Vector

# Below this a passage shares hardly more with a question than any other.
LEAST_SIMILARITY = 0.1

# Cosines do not mind a scale; whole numbers are short to write.
_SCALE = 500


class OfflineEmbedding:
    """Deterministic vectors, in about a third of a millisecond for each hundred words."""

    # With another version, what was embedded before is embedded anew: raise it whenever a vector changes.
    name = ModelName(Provider.OFFLINE, "v3")
    remote = False
    least_similarity = LEAST_SIMILARITY

    def embed(self, texts: Sequence[str], seconds: float) -> list[Vector]:  # noqa: ARG002 (others take time)
        """See EmbeddingModel; never fails."""
        return [_embed(text) for text in texts]


def _embed(text: str) -> Vector:
    values = summed(text) or []
    length = sum(value * value for value in values) ** 0.5
    scale = _SCALE / length if length else 0.0
    vector: Vector = [round(value * scale) for value in values]
    vector += [0] * (DIMENSIONS - len(vector))
    if not length:
        # Without a word it is near to nothing. A vector of zeros would have no direction at all.
        vector[-1] = 1
    return vector
