"""How alike a text is to each of some others: by what it means, and by its very words.

The table of words knows no order and little of small words, which make "no me escriban" of "escríbanme". So words,
their beginnings and pairs of neighbours count beside it, rare ones more than frequent ones.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import mul

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


class Likeness:
    """Some texts, each compared with all of them. Safe to share between threads."""

    def __init__(self, texts: Sequence[str], vectors: Sequence[bytes]) -> None:
        """`vectors` are the texts as they are encoded. About a millisecond for every ten texts."""
        self._vectors = vectors
        self.count = len(texts)
        self._rows = Rows(self._vectors)
        self._sums = [sum(vector) for vector in self._vectors]
        pieces = [_pieces(text) for text in texts]
        self._known = Counter(piece for several in pieces for piece in several)
        self._pieces = [list(self._rare(several)) for several in pieces]
        self._holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, several in enumerate(self._pieces):
            for piece, weight in several:
                self._holders[piece].append((number, weight))

    def of(self, number: int) -> list[float]:
        """How like the text of that number each of them is; 0 where nothing is alike."""
        alike = self._meanings(self._vectors[number])
        for piece, weight in self._pieces[number]:
            for holder, other in self._holders[piece]:
                alike[holder] += _WORDS * weight * other
        return alike

    def weighed(self, weights: Sequence[Sequence[float]]) -> "Weighed":
        """What gives, for each row of `weights`, the weighed sum of `of`: one number a text each."""
        meanings = [[0.0] * DIMENSIONS for _ in weights]
        pieces: dict[str, list[float]] = {piece: [0.0] * len(weights) for piece in self._holders}
        for row, (each, meaning) in enumerate(zip(weights, meanings, strict=True)):
            for number in (number for number, weight in enumerate(each) if weight):
                share = each[number] / SCALE**2
                for place, value in enumerate(self._vectors[number]):
                    meaning[place] += share * (value - OFFSET)
            for piece, holders in self._holders.items():
                pieces[piece][row] = _WORDS * sum(each[number] * weight for number, weight in holders)
        return Weighed(self, meanings, pieces)

    def _meanings(self, vector: bytes) -> list[float]:
        around = OFFSET * sum(vector) - OFFSET * OFFSET * DIMENSIONS
        products = zip(self._rows.products(vector), self._sums, strict=True)
        return [(product - around - OFFSET * total) / SCALE**2 for product, total in products]

    def pieces(self, text: str) -> Iterator[tuple[str, float]]:
        """The pieces of a text, each with its weight; all of them together have length 1."""
        return self._rare(_pieces(text))

    def _rare(self, pieces: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        rare = {
            piece: times * math.log(1 + self.count / self._known.get(piece, 0.5)) for piece, times in pieces.items()
        }
        length = math.sqrt(sum(weight * weight for weight in rare.values())) or 1.0
        return ((piece, weight / length) for piece, weight in rare.items())


class Weighed:
    """Weighed sums of likenesses: likeness is linear, so each is one vector, and no text is compared any more."""

    def __init__(self, likeness: Likeness, meanings: Sequence[Sequence[float]], pieces: Mapping[str, Sequence[float]]):
        self._likeness = likeness
        # Each with what the vectors' offset adds to it.
        self._meanings = [(meaning, OFFSET * sum(meaning)) for meaning in meanings]
        self._pieces = pieces

    def of(self, text: str) -> list[float] | None:
        """The sums for `text`; None where it has no word."""
        vector = encoded(text)
        if vector is None:
            return None
        sums = [sum(map(mul, meaning, vector)) - offset for meaning, offset in self._meanings]
        for piece, weight in self._likeness.pieces(text):
            known = self._pieces.get(piece)
            if known is not None:
                sums = [total + weight * each for total, each in zip(sums, known, strict=True)]
        return sums


def _pieces(text: str) -> dict[str, float]:
    words = tokens(text)[:_MOST_TOKENS]
    pieces: dict[str, float] = defaultdict(float)
    for word in words:
        pieces[word] += 1.0
        pieces[f"{word[:_STEM]}*"] += _LESS
    for one, other in zip(["^", *words], [*words, "$"], strict=True):
        pieces[f"{one[:_PAIRED]} {other[:_PAIRED]}"] += _LESS
    return pieces
