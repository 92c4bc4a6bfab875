"""Weights of many labels in one integer."""

import random

import pytest

from cci_app.language.encoder.label_weights import Features, LabelWeights

LABELS, DENSE, SPARSE, UNIT = 5, 12, 9, 40


def test_the_scores_are_those_of_ordinary_arithmetic() -> None:
    """Negative weights borrow from no neighbour, whichever labels they stand between."""
    chance = random.Random(7)
    scoring = LabelWeights(LABELS, DENSE, SPARSE, UNIT)
    weights = [[0.0] * (DENSE + SPARSE) for _ in range(LABELS)]

    def some() -> Features:
        sparse = [(place, chance.randint(1, 60)) for place in sorted(chance.sample(range(SPARSE), 3))]
        return Features([chance.randint(-128, 127) for _ in range(DENSE)], sparse)

    def plainly(features: Features) -> list[float]:
        row = [*features.dense, *[dict(features.sparse).get(place, 0) for place in range(SPARSE)]]
        return [sum(one * other for one, other in zip(each, row, strict=True)) / UNIT**2 for each in weights]

    for _ in range(200):
        moved, asked = some(), some()
        towards, away = chance.sample(range(LABELS), 2)
        step = chance.uniform(0.01, 0.9)
        scoring.move(moved, towards, away, step)
        for label, signed in ((towards, step), (away, -step)):
            for place, value in enumerate(moved.dense):
                weights[label][place] += signed * value
            for feature, value in moved.sparse:
                weights[label][DENSE + feature] += signed * value
        assert scoring.scores(asked) == pytest.approx(plainly(asked), abs=1e-2)


def test_what_nothing_was_learnt_of_scores_nothing() -> None:
    features = Features([3] * DENSE, [(2, 5)])
    assert LabelWeights(LABELS, DENSE, SPARSE, UNIT).scores(features) == [0.0] * LABELS
    assert features.square == 9 * DENSE + 25
