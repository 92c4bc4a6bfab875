"""How alike a text is to each of some others: by what it means, and by its very words.

The table of words knows no order and little of small words, which make "no me escriban" of "escríbanme". So words,
their beginnings and pairs of neighbours count beside it, rare ones more than frequent ones.
"""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from operator import add, mul

from cci_app.core.cache import remember
from cci_app.language.encoder.encoding import sum_of, weighed_words
from cci_app.language.encoder.label_weights import Features
from cci_app.language.encoder.word_table import DIMENSIONS, OFFSET, SCALE, norm, word_table
from cci_app.language.tokens import tokens

# What the very words count, against 1 for what they mean: chosen on the tuned half of benchmarks/understanding.
_WORDS = 2.0
_STEM = 5
_PAIRED = 6
_LESS = 0.7
# A piece's weight of 1 in the whole numbers that vectors are of, counting what it does.
_PIECE = SCALE * math.sqrt(_WORDS)
# A piece of none of the texts is rarer than one of a single text.
_UNKNOWN = 0.5
# Of a word, some 0.5 KB.
_KEPT_WORDS = 4096
# A message that is longer has said what it wants by then.
_MOST_TOKENS = 200


class Likeness:
    """Some texts, with which others are compared. Safe to share between threads."""

    def __init__(self, texts: Sequence[str], vectors: Sequence[bytes]) -> None:
        """`vectors` are the texts as they are encoded. About a millisecond for every ten texts."""
        self._vectors = vectors
        self.count = len(texts)
        pieces = [_pieces(text) for text in texts]
        known = Counter(piece for several in pieces for piece in several)
        self._rarity = {piece: math.log(1 + self.count / times) for piece, times in known.items()}
        self._rarest = math.log(1 + self.count / _UNKNOWN)
        self._pieces = [list(self._rare(several)) for several in pieces]
        self._numbers = {piece: place for place, piece in enumerate(known)}

    def features(self, number: int) -> Features:
        """The text of that number as what it shares with others: likeness is their sum of products."""
        pieces = ((self._numbers[piece], round(weight * _PIECE)) for piece, weight in self._pieces[number])
        return Features([value - OFFSET for value in self._vectors[number]], list(pieces))

    @property
    def shape(self) -> tuple[int, int]:
        """How many features of each kind there are."""
        return DIMENSIONS, len(self._numbers)

    def weighed(self, weights: Sequence[Sequence[float]]) -> "Weighed":
        """What gives, for each row of `weights`, the weighed sum of how like each text is: one number a text each."""
        meanings = [[0.0] * DIMENSIONS for _ in weights]
        pieces: dict[str, list[float]] = {piece: [0.0] * len(weights) for piece in self._numbers}
        vectors = [[value - OFFSET for value in vector] for vector in self._vectors]
        for row, each in enumerate(weights):
            # Most texts have a weight for a few labels only.
            for number in (number for number, weight in enumerate(each) if weight):
                meanings[row] = list(
                    map(add, meanings[row], map(mul, vectors[number], repeat(each[number] / SCALE**2)))
                )
                for piece, weight in self._pieces[number]:
                    pieces[piece][row] += _WORDS * each[number] * weight
        return Weighed(self, meanings, pieces)

    def pieces(self, text: str) -> Iterator[tuple[str, float]]:
        """The pieces of a text, each with its weight; all of them together have length 1."""
        return self._rare(_pieces(text))

    def _rare(self, pieces: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        rare = {piece: times * self._rarity.get(piece, self._rarest) for piece, times in pieces.items()}
        length = math.sqrt(sum(weight * weight for weight in rare.values())) or 1.0
        return ((piece, weight / length) for piece, weight in rare.items())


class Weighed:
    """Weighed sums of likenesses: likeness is linear, so each is one vector, and no text is compared any more.

    What a word adds to each sum is worked out once. Safe to share between threads.
    """

    def __init__(self, likeness: Likeness, meanings: Sequence[Sequence[float]], pieces: Mapping[str, Sequence[float]]):
        self._likeness = likeness
        # Each with what the vectors' offset adds to it.
        self._meanings = [(meaning, OFFSET * sum(meaning)) for meaning in meanings]
        self._pieces = pieces
        self._by_word = remember(_KEPT_WORDS, longest=40)(self._word)

    def of(self, text: str) -> list[float] | None:
        """The sums for `text`; None where it has no word."""
        words = weighed_words(text)
        values = sum_of(words)
        if values is None:
            return None
        sums = [0.0] * len(self._meanings)
        for word, weight in words:
            sums = _added(sums, weight, self._by_word(word))
        scale = SCALE / (norm(values) or 1.0)
        sums = [scale * total for total in sums]
        for piece, rarity in self._likeness.pieces(text):
            known = self._pieces.get(piece)
            if known is not None:
                sums = _added(sums, rarity, known)
        return sums

    def _word(self, word: str) -> Sequence[float]:
        """What a word's row adds to each sum, for each unit of its weight."""
        row = word_table().vector(word) or b""
        return array("d", (sum(map(mul, meaning, row)) - offset for meaning, offset in self._meanings))


def _added(sums: Sequence[float], weight: float, each: Sequence[float]) -> list[float]:
    return [total + weight * more for total, more in zip(sums, each, strict=True)]


def _pieces(text: str) -> dict[str, float]:
    words = tokens(text)[:_MOST_TOKENS]
    pieces: dict[str, float] = defaultdict(float)
    for word in words:
        pieces[word] += 1.0
        pieces[f"{word[:_STEM]}*"] += _LESS
    for one, other in zip(["^", *words], [*words, "$"], strict=True):
        pieces[f"{one[:_PAIRED]} {other[:_PAIRED]}"] += _LESS
    return pieces
