"""Words that mean nearly the same, in one language or in another."""

from collections.abc import Iterable

from cci_app.language.encoder.lanes import Rows
from cci_app.language.encoder.word_table import DIMENSIONS, OFFSET, SCALE, word_table

# Below this cosine two words of the table are neighbours (Monday and Tuesday, a wage and a price), not the same.
_ALIKE = 0.5


class Meanings:
    """Some hundreds of words, to be asked which of them mean what another word does."""

    def __init__(self, words: Iterable[str]) -> None:
        """About a millisecond for every fifty words."""
        known = [(word, vector) for word in words if (vector := word_table().vector(word))]
        self._words = [word for word, _ in known]
        self._sums = [sum(vector) for _, vector in known]
        self._rows = Rows([vector for _, vector in known]) if known else None

    def of(self, word: str) -> dict[str, float]:
        """Those that mean nearly what `word` does, and how nearly, up to 1."""
        vector = word_table().vector(word)
        if vector is None or self._rows is None:
            return {}
        around = OFFSET * sum(vector) - OFFSET * OFFSET * DIMENSIONS
        found = {}
        for other, product, total in zip(self._words, self._rows.products(vector), self._sums, strict=True):
            cosine = (product - around - OFFSET * total) / SCALE**2
            if cosine >= _ALIKE:
                found[other] = min(1.0, cosine)
        return found
