"""Which of several things a message means, told from examples of each; or none of them.

A label's score is how near the message is to the mean of its examples and to the nearest two. What a score is worth is
learnt from the examples themselves, each asked as if it were new: once with its label's other examples, where the label
is right, and once without its label, where whatever comes first is wrong. So no threshold has to be chosen by hand.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cci_app.language.encoder.encoding import encoded
from cci_app.language.encoder.lanes import Rows
from cci_app.language.encoder.word_table import DIMENSIONS, OFFSET, SCALE

_NEAREST = 2
_LEAST_CONFIDENCE = 0.5
# How often a message is none of the labels, against a time that it is one of them.
_OTHERS = 0.25
# The penalty on the calibration's slopes, and the steps of Newton's method, which are enough for three numbers.
_RIDGE = 0.1
_STEPS = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message means: `label`, or None where it is none of them; `confidence` is the chance that the nearest is.

    `runner_up` is the next likely label; where none fits, the nearest.
    """

    label: str | None
    confidence: float
    runner_up: str | None


class Classifier:
    """Labels by examples. Deterministic; safe to share between threads, and by processes after a fork."""

    def __init__(
        self, examples: Mapping[str, Sequence[str]], others: Sequence[str] = (), least: float = _LEAST_CONFIDENCE
    ) -> None:
        """Learn from some sentences for each label, and from `others` that are none of them.

        Below a confidence of `least` a message is none. Takes about a third of a second for 500 examples. Raises
        ValueError where there are no two labels, or one of them has no two examples with words in them.
        """
        self._least = least
        self._labels: list[str | None] = [*examples, *([None] if others else [])]
        vectors: list[bytes] = []
        self._of: list[range] = []
        for label in self._labels:
            found = [vector for text in (others if label is None else examples[label]) if (vector := encoded(text))]
            if len(found) < _NEAREST and label is not None:
                raise ValueError(f"{label!r} has {len(found)} examples with words in them: give it {_NEAREST} or more")
            self._of.append(range(len(vectors), len(vectors) + len(found)))
            vectors += found
        if len(examples) < 2:
            raise ValueError(f"{len(examples)} labels: to tell them apart takes two or more")
        self._rows = Rows(vectors)
        self._sums = [sum(vector) for vector in vectors]
        near = [self._cosines(vector) for vector in vectors]
        # Of each label the length of its examples' sum.
        self._squares = [sum(near[one][other] for one in of for other in of) for of in self._of]
        self._calibration = self._calibrated(near)

    def classify(self, text: str) -> Verdict:
        """What a message means; a text without words means none of the labels."""
        vector = encoded(text)
        if vector is None:
            return Verdict(None, 0.0, None)
        near = self._cosines(vector)
        scores = [self._score(number, [near[each] for each in of]) for number, of in enumerate(self._of)]
        first, second = sorted(range(len(scores)), key=lambda number: -scores[number])[:2]
        confidence = _logistic(self._calibration, _features(scores[first], scores[second]))
        label = self._labels[first]
        if label is None or confidence < self._least:
            return Verdict(None, confidence, label or self._labels[second])
        return Verdict(label, confidence, self._labels[second])

    def _cosines(self, vector: bytes) -> list[float]:
        """How near a vector is to each example."""
        around = OFFSET * sum(vector) - OFFSET * OFFSET * DIMENSIONS
        products = zip(self._rows.products(vector), self._sums, strict=True)
        return [(product - around - OFFSET * total) / SCALE**2 for product, total in products]

    def _score(self, number: int, near: list[float], square: float | None = None) -> float:
        """A label's, from the cosines of its examples; `square` is that of their sum's length."""
        if not near:
            return -1.0
        length = math.sqrt(max(self._squares[number] if square is None else square, 1e-9))
        nearest = sorted(near, reverse=True)[:_NEAREST]
        return sum(near) / length + sum(nearest) / len(nearest)

    def _calibrated(self, near: list[list[float]]) -> list[float]:
        """What makes a confidence of a score and of its lead over the next: fitted by logistic regression."""
        told: list[_Told] = []
        for number, of in enumerate(self._of):
            for each in of:
                cosines = near[each]
                scores = [self._score(other, [cosines[at] for at in this]) for other, this in enumerate(self._of)]
                rest = [cosines[at] for at in of if at != each]
                square = self._squares[number] - 2 * sum(cosines[at] for at in of) + cosines[each]
                scores[number] = self._score(number, rest, square)
                told.append(_told(scores, number))
                if len(scores) > 2:
                    # Without its own label whatever comes first is wrong.
                    told.append(_told([*scores[:number], *scores[number + 1 :]], -1, _OTHERS))
        return _fitted(told)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the calibration learns from: features, whether the label was right, and how much it counts."""

    features: tuple[float, ...]
    right: bool
    times: float


def _told(scores: list[float], right: int, times: float = 1.0) -> _Told:
    first, second = sorted(range(len(scores)), key=lambda number: -scores[number])[:2]
    return _Told(_features(scores[first], scores[second]), first == right, times)


def _features(best: float, next_best: float) -> tuple[float, ...]:
    return 1.0, best, best - next_best


def _logistic(weights: Sequence[float], features: Sequence[float]) -> float:
    power = sum(weight * feature for weight, feature in zip(weights, features, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, power))))


def _fitted(told: Sequence[_Told]) -> list[float]:
    """The weights of a logistic regression, by Newton's method."""
    size = len(told[0].features)
    weights = [0.0] * size
    for _ in range(_STEPS):
        slope = [-_RIDGE * weight for weight in weights]
        curve = [[_RIDGE * (row == column) for column in range(size)] for row in range(size)]
        for each in told:
            chance = _logistic(weights, each.features)
            missing, spread = each.times * (each.right - chance), each.times * chance * (1 - chance)
            for row, one in enumerate(each.features):
                slope[row] += missing * one
                for column, other in enumerate(each.features):
                    curve[row][column] += spread * one * other
        weights = [weight + step for weight, step in zip(weights, _solved(curve, slope), strict=True)]
    return weights


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of linear equations whose matrix is positive definite, by elimination."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for pivot in range(size):
        for row in range(pivot + 1, size):
            factor = rows[row][pivot] / rows[pivot][pivot]
            rows[row] = [value - factor * above for value, above in zip(rows[row], rows[pivot], strict=True)]
    found = [0.0] * size
    for row in reversed(range(size)):
        known = sum(rows[row][column] * found[column] for column in range(row + 1, size))
        found[row] = (rows[row][size] - known) / rows[row][row]
    return found
