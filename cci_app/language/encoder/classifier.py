"""Which of several things a message means, told from examples of each; or none of them.

Every label has a weight for every example; its score for a message is the weighed sum of how alike the examples are.
The weights are learnt so that each example scores highest under its own label, by a margin (Crammer and Singer's
machine with several classes, trained by passive-aggressive steps). What a lead is worth is learnt from halves of
the examples, each asked of a machine that knows the other half only.
"""

import math
import random
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cci_app.language.encoder.encoding import encoded
from cci_app.language.encoder.label_weights import Features, LabelWeights
from cci_app.language.encoder.likeness import Likeness
from cci_app.language.encoder.word_table import SCALE

_FEWEST = 2
_LEAST_CONFIDENCE = 0.5
# Times that all examples are gone through; after so many hardly one is still wrong.
_ROUNDS = 5
_SMALL = 1e-3
# Those of a score: one, itself, its lead.
_FEATURES = 3
# The penalty on the calibration's slopes, and the steps of Newton's method, which are enough for three numbers.
_RIDGE = 0.1
_STEPS = 8

Row = Sequence[float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message means: `label`, or None where it is none of them; `confidence` is the chance that the first is.

    `runner_up` is the next likely label; where none fits, the nearest.
    """

    label: str | None
    confidence: float
    runner_up: str | None


class Classifier:
    """Labels by examples. Deterministic; safe to share between threads, and by processes after a fork."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        others: Sequence[str] = (),
        least: float = _LEAST_CONFIDENCE,
        *,
        learnt: bytes | None = None,
    ) -> None:
        """Learn from some sentences for each label, and from `others` that are none of them.

        Below a confidence of `least` a message is none. Takes seconds for 1,300 examples, a tenth of that where
        `learnt` is what another one `packed` of the same examples; what is nothing of the kind is passed over. Raises
        ValueError where there are no two labels, or one of them has no two examples with words in them.
        """
        self._least = least
        self._labels: list[str | None] = [*examples, *([None] if others else [])]
        texts: list[str] = []
        vectors: list[bytes] = []
        owners: list[int] = []
        for number, label in enumerate(self._labels):
            told = others if label is None else examples[label]
            found = {place: vector for place, text in enumerate(told) if (vector := encoded(text))}
            if len(found) < _FEWEST and label is not None:
                raise ValueError(f"{label!r} has {len(found)} examples with words in them: give it {_FEWEST} or more")
            texts += [told[place] for place in found]
            vectors += found.values()
            owners += [number] * len(found)
        if len(examples) < 2:
            raise ValueError(f"{len(examples)} labels: to tell them apart takes two or more")
        likeness = Likeness(texts, vectors)
        known = _unpacked(learnt, len(self._labels), len(texts)) if learnt is not None else None
        if known is None:
            features = [likeness.features(number) for number in range(len(texts))]
            several = _Examples(features, owners, len(self._labels), likeness.shape)
            _, weights = several.learnt(range(len(texts)))
            known = several.calibration(), weights
        self._calibration, self._weights = known
        self._scores = likeness.weighed(self._weights)

    def packed(self) -> bytes:
        """What was learnt, for another one of the same examples."""
        return array("d", chain(self._calibration, *self._weights)).tobytes()

    def classify(self, text: str) -> Verdict:
        """What a message means; a text without words means none of the labels."""
        scores = self._scores.of(text)
        if scores is None:
            return Verdict(None, 0.0, None)
        first, second = _leading(scores)
        confidence = _logistic(self._calibration, _features(scores[first], scores[second]))
        label = self._labels[first]
        if label is None or confidence < self._least:
            return Verdict(None, confidence, label or self._labels[second])
        return Verdict(label, confidence, self._labels[second])


@dataclass(frozen=True, slots=True)
class _Examples:
    """What is learnt from: the features of each example, and the number of its label."""

    told: Sequence[Features]
    owners: Sequence[int]
    labels: int
    shape: tuple[int, int]

    def learnt(self, known: Sequence[int]) -> tuple[LabelWeights, list[list[float]]]:
        """What the labels score, and their weights for every example; what is not `known` has no weight."""
        scoring = LabelWeights(self.labels, *self.shape, SCALE)
        weights = [[0.0] * len(self.owners) for _ in range(self.labels)]
        squares = {each: self.told[each].square / SCALE**2 for each in known}
        order = list(known)
        # Always the same order: the same examples make the same machine.
        shuffled = random.Random(1)  # noqa: S311 (nothing secret)
        for _ in range(_ROUNDS):
            shuffled.shuffle(order)
            for each in order:
                scores, own = scoring.scores(self.told[each]), self.owners[each]
                first, second = _leading(scores)
                rival = second if first == own else first
                missing = 1.0 - scores[own] + scores[rival]
                if missing > _SMALL:
                    step = missing / (2 * squares[each])
                    weights[own][each] += step
                    weights[rival][each] -= step
                    scoring.move(self.told[each], own, rival, step)
        return scoring, weights

    def calibration(self) -> list[float]:
        """What makes a confidence of a score and of its lead over the next: fitted by logistic regression."""
        told: list[_Told] = []
        for half in (0, 1):
            scoring, _ = self.learnt(range(half, len(self.owners), 2))
            for each in range(1 - half, len(self.owners), 2):
                scores = scoring.scores(self.told[each])
                first, second = _leading(scores)
                told.append(_Told(_features(scores[first], scores[second]), first == self.owners[each]))
        return _fitted(told)


def _unpacked(packed: bytes, labels: int, count: int) -> tuple[Sequence[float], Sequence[Row]] | None:
    if len(packed) != 8 * (_FEATURES + labels * count):
        return None
    numbers = array("d", packed)
    if not all(map(math.isfinite, numbers)):
        return None
    rows = range(_FEATURES, len(numbers), count)
    return numbers[:_FEATURES], [numbers[start : start + count] for start in rows]


def _leading(scores: Row) -> tuple[int, int]:
    first = max(scores)
    place = scores.index(first)
    others = [*scores[:place], *scores[place + 1 :]]
    second = others.index(max(others))
    return place, second + (second >= place)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the calibration learns from: features, and whether the label was right."""

    features: tuple[float, ...]
    right: bool


def _features(best: float, next_best: float) -> tuple[float, ...]:
    return 1.0, best, best - next_best


def _logistic(weights: Row, features: Row) -> float:
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
            missing, spread = each.right - chance, chance * (1 - chance)
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
