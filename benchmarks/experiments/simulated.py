"""Thousands of experiments at once, looked at after every person: the product's formulas over arrays.

`tests/benchmarks/test_experiments.py` holds them to the product's own, count by count.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cci_app.assistants.experiments.statistics import ALPHA, LEAST

Floats = Any


@dataclass(frozen=True, slots=True)
class Simulated:
    """What became of many experiments: 1 the candidate won, -1 the control, 0 neither; after how many people."""

    winner: Floats
    people: Floats

    @property
    def candidate(self) -> float:
        """The share that the candidate won."""
        return float((self.winner > 0).mean())

    @property
    def control(self) -> float:
        """The share that the control won."""
        return float((self.winner < 0).mean())

    @property
    def median(self) -> float | None:
        """After how many people half of those decided were; None where none was."""
        decided = self.people[self.winner != 0]
        return float(np.median(decided)) if len(decided) else None


def half_width(n1: Floats, n0: Floats, h1: Floats, h0: Floats, planned: int, alpha: float) -> Floats:
    """Half the width of the confidence sequence; arrays of people and of those who did it, candidate first."""
    people = n1 + n0
    first, second = (h1 + 2) / (n1 + 4), (h0 + 2) / (n0 + 4)
    spread = people * (first * (1 - first) / n1 + second * (1 - second) / n0)
    rate = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned
    grown = people * rate + 1
    return np.sqrt(spread * 2 * grown / (people * people * rate) * np.log(np.sqrt(grown) / alpha))


def simulate(
    control: float,
    candidate: float,
    *,
    share: float = 0.5,
    people: int = 5_000,
    planned: int = 2_000,
    experiments: int = 4_000,
    seed: int = 1,
    least: int = LEAST,
    alpha: float = ALPHA,
    one_sided: bool = False,
) -> Simulated:
    """Experiments with those shares of people who do it; `one_sided`: only more of it with the candidate ends one."""
    random = np.random.default_rng(seed)
    n1, n0, h1, h0 = (np.zeros(experiments) for _ in range(4))
    winner: Floats = np.zeros(experiments, int)
    decided: Floats = np.full(experiments, people + 1)
    for number in range(1, people + 1):
        gets = random.random(experiments) < share
        did = random.random(experiments) < np.where(gets, candidate, control)
        n1 += gets
        n0 += ~gets
        h1 += gets & did
        h0 += ~gets & did
        look = np.flatnonzero((n1 >= least) & (n0 >= least) & (winner == 0))
        if not look.size:
            continue
        counts = (n1[look], n0[look], h1[look], h0[look])
        difference, half = h1[look] / n1[look] - h0[look] / n0[look], half_width(*counts, planned, alpha)
        won = (difference > half).astype(int) - (0 if one_sided else (difference < -half).astype(int))
        winner[look] = won
        decided[look[won != 0]] = number
    return Simulated(winner, decided)


def simulate_fixed_test(share_who_do: float, *, people: int, looks: int, experiments: int, seed: int) -> float:
    """The control: how often a test for one look, at 5 %, finds a difference that is none when looked at daily."""
    random = np.random.default_rng(seed)
    found: Floats = np.zeros(experiments, bool)
    first = random.random((experiments, people // 2)) < share_who_do
    second = random.random((experiments, people // 2)) < share_who_do
    for look in range(1, looks + 1):
        count = people // 2 * look // looks
        one, other = first[:, :count].mean(axis=1), second[:, :count].mean(axis=1)
        both = (one + other) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            found |= np.abs(one - other) / np.sqrt(2 * both * (1 - both) / count) > 1.959963984540054
    return float(found.mean())


def simulate_split(actual: float, expected: float, *, people: int, experiments: int, seed: int, alpha: float) -> float:
    """How often the check of the split sounds an alarm where a share `actual` of people gets the candidate."""
    random = np.random.default_rng(seed)
    prior = (100 * expected, 100 * (1 - expected))
    candidates: Floats = np.zeros(experiments, int)
    alarm: Floats = np.zeros(experiments, bool)
    # The logarithm of the gamma function, for every count that there can be.
    first, second = (np.array([math.lgamma(start + count) for count in range(people + 1)]) for start in prior)
    whole = [math.lgamma(sum(prior) + count) for count in range(people + 1)]
    begin = first[0] + second[0] - whole[0]
    for number in range(1, people + 1):
        candidates += random.random(experiments) < actual
        controls: Floats = number - candidates
        evidence = first[candidates] + second[controls] - whole[number] - begin
        evidence -= candidates * math.log(expected) + controls * math.log(1 - expected)
        alarm |= evidence > -math.log(alpha)
    return float(alarm.mean())
