"""What decides an experiment: against the published examples, against simulated experiments, and its bounds."""

import math
import random
from typing import Any

import numpy as np
import pytest

from benchmarks.experiments.simulated import half_width, simulate, simulate_fixed_test, simulate_split
from cci_app.assistants.experiments.statistics import (
    ALPHA,
    SPLIT_ALPHA,
    Arm,
    confidence_sequence,
    detectable,
    kappa,
    newcombe,
    split_evidence,
)
from cci_app.evaluation.experiments.results import GUARD_LEAST, GUARD_PLANNED, Guard

SEED = 7


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe (1998), table II, method 10.
        *((Arm(70, 56), Arm(80, 48), 0.0524, 0.3339), (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090)),
        *((Arm(10, 0), Arm(20, 0), -0.1611, 0.2775), (Arm(10, 10), Arm(10, 0), 0.6075, 1.0)),
    ],
)
def test_newcombes_interval_is_the_published_one(first: Arm, second: Arm, low: float, high: float) -> None:
    found = newcombe(second, first)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == pytest.approx((low, high), abs=2e-4)


def test_the_simulation_has_the_products_formula() -> None:
    pick = random.Random(SEED)
    for _ in range(200):
        n1, n0 = pick.randint(1, 5_000), pick.randint(1, 5_000)
        h1, h0 = pick.randint(0, n1), pick.randint(0, n0)
        found = confidence_sequence(Arm(n0, h0), Arm(n1, h1), 2_000)
        assert found is not None
        counts: list[Any] = [np.array([float(each)]) for each in (n1, n0, h1, h0)]
        half = float(half_width(counts[0], counts[1], counts[2], counts[3], 2_000, ALPHA)[0])
        assert found.difference == pytest.approx(h1 / n1 - h0 / n0)
        assert found.high == pytest.approx(min(1, found.difference + half), rel=1e-9)
        assert found.low == pytest.approx(max(-1, found.difference - half), rel=1e-9)


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_versions_that_are_the_same_have_no_winner(share: float) -> None:
    same = simulate(0.1, 0.1, share=share, people=1_500, experiments=800, seed=SEED)
    assert same.candidate + same.control <= ALPHA
    # The control: looking each day at a test for one look.
    assert simulate_fixed_test(0.1, people=1_500, looks=30, experiments=800, seed=SEED) > 0.15


def test_a_difference_is_seen() -> None:
    other = simulate(0.1, 0.2, people=1_500, experiments=300, seed=SEED)
    assert (other.candidate > 0.95, other.control) == (True, 0)
    worse = simulate(0.2, 0.1, people=1_500, experiments=300, seed=SEED)
    assert (worse.control > 0.95, worse.candidate) == (True, 0)
    # What is told before is about what is seen.
    assert 0.04 < detectable(0.1, 1_500, 0.5) < 0.1


def test_a_guard_rail_stops_harm_and_nothing_else() -> None:
    rails: dict[str, Any] = {
        "planned": GUARD_PLANNED,
        "least": GUARD_LEAST,
        "alpha": ALPHA / len(Guard),
        "one_sided": True,
    }
    for met in (0.01, 0.2):
        assert simulate(met, met, people=800, experiments=800, seed=SEED, **rails).candidate <= ALPHA / len(Guard)
    harm = simulate(0.02, 0.3, people=800, experiments=300, seed=SEED, **rails)
    assert harm.candidate == 1
    assert (harm.median or 0) < 150


def test_the_check_of_the_split_sees_what_is_wrong() -> None:
    looked: dict[str, Any] = {"people": 3_000, "experiments": 500, "seed": SEED, "alpha": SPLIT_ALPHA}
    assert simulate_split(0.5, 0.5, **looked) <= 2 * SPLIT_ALPHA  # 500 of them, not thousands
    assert simulate_split(0.42, 0.5, **looked) > 0.95
    assert split_evidence(500, 500, 0.5) == 1
    assert split_evidence(0, 0, 0.2) == 1
    assert split_evidence(600, 400, 0.5) < SPLIT_ALPHA
    assert split_evidence(0, 10**6, 0.2) < 1e-9


def test_nobody_is_no_interval() -> None:
    assert confidence_sequence(Arm(0, 0), Arm(5, 1), 100) is None
    assert newcombe(Arm(5, 1), Arm(0, 0)) is None
    assert Arm(0, 0).share is None


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # 20 times both yes, 15 times both no, 5 and 10 times one of each: the example of many textbooks.
        ([(True, True)] * 20 + [(False, False)] * 15 + [(True, False)] * 5 + [(False, True)] * 10, 0.4),
        ([(True, True)] * 3 + [(False, False)] * 3, 1.0),
        ([(True, False), (False, True)] * 5, -1.0),
        ([(True, True)] * 9, None),
        ([], None),
    ],
)
def test_agreement(pairs: list[tuple[bool, bool]], expected: float | None) -> None:
    found = kappa(pairs)
    assert (found is None) is (expected is None)
    assert math.isclose(found or 0, expected or 0, abs_tol=1e-9)
