"""Words that mean nearly the same, in one language or in another."""

from collections.abc import Iterable
from typing import Final

from cci_app.language.encoder.cosines import Cosines
from cci_app.language.encoder.word_table import word_table


class Meanings:
    """Some hundreds of words, to be asked which of them mean what another word does."""

    ALIKE: Final = 0.5
    """Below this cosine two words are neighbours (Monday and Tuesday, a wage and a price), not the same."""

    def __init__(self, words: Iterable[str]) -> None:
        """About a millisecond for every fifty words."""
        known = [(word, vector) for word in words if (vector := word_table().vector(word))]
        self._words = [word for word, _ in known]
        self._cosines = Cosines([vector for _, vector in known]) if known else None

    def of(self, word: str, least: float = ALIKE) -> dict[str, float]:
        """Those whose cosine with `word` is `least` or more, and how near they are, up to 1."""
        vector = word_table().vector(word)
        if vector is None or self._cosines is None:
            return {}
        alike = zip(self._words, self._cosines.of(vector), strict=True)
        return {other: min(1.0, cosine) for other, cosine in alike if cosine >= least}
