"""The cosines of one vector with many, all at once."""

from collections.abc import Sequence

from cci_app.language.encoder.lanes import Rows
from cci_app.language.encoder.word_table import DIMENSIONS, OFFSET, SCALE


class Cosines:
    """Some encoded vectors. Safe to share between threads."""

    def __init__(self, vectors: Sequence[bytes]) -> None:
        self._rows = Rows(vectors)
        self._sums = [sum(vector) for vector in vectors]

    def of(self, vector: bytes) -> list[float]:
        """How alike `vector` is to each of them, from -1 to 1."""
        around = OFFSET * sum(vector) - OFFSET * OFFSET * DIMENSIONS
        products = zip(self._rows.products(vector), self._sums, strict=True)
        return [(product - around - OFFSET * total) / SCALE**2 for product, total in products]
