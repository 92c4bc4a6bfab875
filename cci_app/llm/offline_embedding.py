"""The embedding model of this process: it hashes pieces of words, and needs no key and no network.

A text becomes the counts of its words and of their pieces of three and four letters, each counted in one of `COARSE`
places with a sign, both told by a hash (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009).
Texts with the same words, forms of them or slips in them are near each other; a synonym is not.
"""

import math
import zlib
from collections import Counter
from collections.abc import Sequence

from cci_app.core.cache import remember
from cci_app.language.stop_words import ASKING, FUNCTION_WORDS
from cci_app.language.tokens import tokens
from cci_app.llm.names import ModelName, Provider
from cci_app.llm.vectors import COARSE, DIMENSIONS, Vector

# Below this a passage shares hardly more with a question than any other: a few pieces of its words.
LEAST_SIMILARITY = 0.1

_STOP = ASKING.union(*FUNCTION_WORDS.values())
_PIECES = (3, 4)
# A whole word counts this much, all its pieces together 1: they hold its beginning and end, and so nearly it.
_WHOLE = 0.5
# A short word is more often a frequent one, which tells little (Zipf, "The Psycho-Biology of Language", 1935): its
# weight is the square root of its share of this many letters. A word with a digit, often a reference, tells most.
_LONG = 8
_REFERENCE = 1.3
# Cosines do not mind a scale; whole numbers are short to write.
_SCALE = 500


class OfflineEmbedding:
    """Deterministic vectors, in about a tenth of a millisecond for each hundred words."""

    # With another version, what was embedded before is embedded anew: raise it whenever a vector changes.
    name = ModelName(Provider.OFFLINE, "v2")
    remote = False
    least_similarity = LEAST_SIMILARITY

    def embed(self, texts: Sequence[str], seconds: float) -> list[Vector]:  # noqa: ARG002 (others take time)
        """See EmbeddingModel; never fails."""
        return [_embed(text) for text in texts]


def _embed(text: str) -> Vector:
    places = [0.0] * COARSE
    words = Counter(tokens(text))
    for word, times in words.items():
        if word in _STOP or len(word) == 1:
            continue
        weight = 1 + math.log(times)
        for place, part in _features(word):
            places[place] += weight * part
    length = math.hypot(*places)
    scale = _SCALE / length if length else 0.0
    vector: Vector = [round(value * scale) for value in places]
    vector += [0] * (DIMENSIONS - COARSE)
    if not length:
        # Without a word it is near to nothing. A vector of zeros would have no direction at all.
        vector[-1] = 1
    return vector


@remember(16_384, longest=40)
def _features(word: str) -> tuple[tuple[int, float], ...]:
    """The places in which a word counts, and by how much in each."""
    framed = f"<{word}>".encode()
    pieces = [framed[at : at + size] for size in _PIECES for at in range(len(framed) - size + 1)]
    telling = math.sqrt(min(len(word), _LONG) / _LONG) if word.isalpha() else _REFERENCE
    share = telling / math.sqrt(len(pieces))
    features = []
    for text, weight in ((framed[1:-1], telling * _WHOLE), *((piece, share) for piece in pieces)):
        # A checksum's bits depend on each other; multiplied they are good enough to choose by (Knuth, 6.4).
        mixed = zlib.crc32(text) * 0x9E3779B1 & 0xFFFFFFFF
        features.append(((mixed >> 8) % COARSE, weight if mixed & 0x80000000 else -weight))
    return tuple(features)
