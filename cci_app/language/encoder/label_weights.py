"""Scores of many labels at once, whose weights are learnt example by example.

Python adds two integers of a thousand bits, or multiplies one by a small number, in a few dozen nanoseconds. So the
weights that all labels give one feature are one integer, 64 bits a label: an example is scored for all of them by as
many products as it has features, and no example is ever compared with another.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add, mul
from typing import Final

_BITS: Final = 64
# What makes a negative weight positive in its lane; weights and scores stay far below it.
_RAISED: Final = 1 << (_BITS - 2)
# Into how many parts a step is rounded.
_FINE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Features:
    """A text as small whole numbers: one a dimension, and those of its rare features, each by its number."""

    dense: Sequence[int]
    sparse: Sequence[tuple[int, int]]

    @property
    def square(self) -> int:
        """The sum of their squares."""
        return sum(each * each for each in self.dense) + sum(each * each for _, each in self.sparse)


class LabelWeights:
    """The weights that labels give features: nothing at first."""

    def __init__(self, labels: int, dense: int, sparse: int, unit: int) -> None:
        """`dense` and `sparse` are how many features there are of each kind; a score of `unit` squared counts 1."""
        self._dense = [0] * dense
        self._sparse = [0] * sparse
        self._unit = unit * unit * _FINE
        self._raised = sum(_RAISED << _BITS * label for label in range(labels))
        self._lanes = struct.Struct(f"<{labels}Q")

    def scores(self, features: Features) -> list[float]:
        """What each label scores."""
        total = sum(map(mul, self._dense, features.dense), self._raised)
        for feature, value in features.sparse:
            total += self._sparse[feature] * value
        lanes = self._lanes.unpack(total.to_bytes(self._lanes.size, "little"))
        return [(lane - _RAISED) / self._unit for lane in lanes]

    def move(self, features: Features, towards: int, away: int, step: float) -> None:
        """Give `features` more weight for one label, and less for another, by so much."""
        parts = round(step * _FINE)
        change = (parts << _BITS * towards) - (parts << _BITS * away)
        self._dense = list(map(add, self._dense, map(mul, features.dense, repeat(change))))
        for feature, value in features.sparse:
            self._sparse[feature] += value * change
