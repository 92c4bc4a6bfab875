"""How alike a text is to each of some others: by what it means, and by its very words.

The table of words knows no order and little of small words, which make "no me escriban" of "escríbanme". So words,
their beginnings and pairs of neighbours count beside it, rare ones more than frequent ones.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from cci_app.language.encoder.encoding import encoded
from cci_app.language.encoder.lanes import Rows
from cci_app.language.encoder.word_table import DIMENSIONS, OFFSET, SCALE
from cci_app.language.tokens import tokens

# What the very words count, against 1 for what they mean: chosen on the tuned half of benchmarks/understanding.
_WORDS = 2.0
_STEM = 5
_PAIRED = 6
_LESS = 0.7
# A message that is longer has said what it wants by then.
_MOST_TOKENS = 200
_NOTHING = bytes([OFFSET]) * DIMENSIONS


class Likeness:
    """Some texts, with which another is compared. Safe to share between threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        """About two milliseconds for every ten texts."""
        vectors = [encoded(text) or _NOTHING for text in texts]
        self.count = len(texts)
        self._rows = Rows(vectors)
        self._sums = [sum(vector) for vector in vectors]
        pieces = [_pieces(text) for text in texts]
        self._known = Counter(piece for several in pieces for piece in several)
        self._holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, several in enumerate(pieces):
            for piece, weight in self._weighed(several):
                self._holders[piece].append((number, weight))

    def of(self, text: str) -> list[float]:
        """How like `text` each of them is; 0 where nothing is alike."""
        alike = self._meanings(text)
        for piece, weight in self._weighed(_pieces(text)):
            for number, other in self._holders.get(piece, ()):
                alike[number] += _WORDS * weight * other
        return alike

    def _meanings(self, text: str) -> list[float]:
        vector = encoded(text)
        if vector is None:
            return [0.0] * self.count
        around = OFFSET * sum(vector) - OFFSET * OFFSET * DIMENSIONS
        products = zip(self._rows.products(vector), self._sums, strict=True)
        return [(product - around - OFFSET * total) / SCALE**2 for product, total in products]

    def _weighed(self, pieces: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        """The pieces, each with its weight; all of them together have length 1."""
        rare = {
            piece: times * math.log(1 + self.count / self._known.get(piece, 0.5)) for piece, times in pieces.items()
        }
        length = math.sqrt(sum(weight * weight for weight in rare.values())) or 1.0
        return ((piece, weight / length) for piece, weight in rare.items())


def _pieces(text: str) -> dict[str, float]:
    words = tokens(text)[:_MOST_TOKENS]
    pieces: dict[str, float] = defaultdict(float)
    for word in words:
        pieces[word] += 1.0
        pieces[f"{word[:_STEM]}*"] += _LESS
    for one, other in zip(["^", *words], [*words, "$"], strict=True):
        pieces[f"{one[:_PAIRED]} {other[:_PAIRED]}"] += _LESS
    return pieces
