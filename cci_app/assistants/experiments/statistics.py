"""What two versions' counts tell of which is better, however often somebody looks.

People are the unit: each has one version, and did or did not do what counts. All figures follow from four counts.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

# Two-sided: of experiments with two versions that are the same at most so many end with a winner.
ALPHA: Final = 0.05
# The split is looked at as often, and a false alarm of it stops an experiment for nothing.
SPLIT_ALPHA: Final = 0.01
# Of each version, before which nothing is decided: the sequence holds in the limit of many people.
LEAST: Final = 50
_Z: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Arm:
    """How many people had a version, and how many of them did what counts."""

    people: int
    hits: int

    @property
    def share(self) -> float | None:
        """The share who did, 0 to 1; None without people."""
        return self.hits / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference of shares, candidate less control, and between which values it lies; each -1 to 1."""

    difference: float
    low: float
    high: float


def confidence_sequence(control: Arm, candidate: Arm, planned: int, alpha: float = ALPHA) -> Interval | None:
    """Between which values the difference lies at every look, with probability 1 - `alpha` over all looks together.

    `planned` is how many people in all it should be narrowest at. None where nobody had one of the versions.

    The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit
    theory and asymptotic confidence sequences" (The Annals of Statistics 52, 2024), theorem 2.2: after t of independent
    values with standard deviation s their mean lies within

        s sqrt( 2 (t r² + 1) / (t² r²) · log( sqrt(t r² + 1) / alpha ) )

    of what is expected, for all t at once, as t grows. The values are the doubly robust scores of an experiment (their
    section 3), whose mean is the difference; s² = t (p₁(1 - p₁)/t₁ + p₀(1 - p₀)/t₀) with the people of each version
    as they are. It is narrowest at t = `planned` for r as in their appendix B.2. How often it errs with few people, and
    with small shares, is measured (`make eval`): nothing is decided with fewer than `LEAST` of either version.
    """
    if not control.people or not candidate.people:
        return None
    width = _width(_variance(candidate), _variance(control), candidate.people, control.people, planned, alpha)
    return _around(control, candidate, width)


def newcombe(control: Arm, candidate: Arm) -> Interval | None:
    """The 95 % interval of the difference for one look that was planned before; None where nobody had one of them.

    Method 10 of Newcombe, "Interval estimation for the difference between independent proportions" (Statistics in
    Medicine 17, 1998): the square sum of the distances to the limits of Wilson's score interval for each.
    """
    if not control.people or not candidate.people:
        return None
    first, second = _wilson(candidate), _wilson(control)
    difference = candidate.hits / candidate.people - control.hits / control.people
    low = math.hypot(first.difference - first.low, second.high - second.difference)
    high = math.hypot(first.high - first.difference, second.difference - second.low)
    return Interval(difference, max(-1.0, difference - low), min(1.0, difference + high))


def split_evidence(control: int, candidate: int, share: float) -> float:
    """How surely the split of people is not `share`: a p-value that holds at every look, 0 to 1.

    The inverse of the greatest likelihood ratio that Lindon and Malek, "Anytime-valid inference for multinomial count
    data" (NeurIPS 35, 2022), form against a Dirichlet prior; here with one pseudo-count for each hundredth of a share,
    so that it is most sensitive near what is expected. At a look it is that look's own: the smallest of all looks holds
    too.
    """
    first, second = 100 * share, 100 * (1 - share)
    evidence = (
        _log_beta(first + candidate, second + control)
        - _log_beta(first, second)
        - candidate * math.log(share)
        - control * math.log(1 - share)
    )
    return min(1.0, math.exp(-evidence)) if evidence > 0 else 1.0


def detectable(expected: float, people: int, share: float, planned: int | None = None, power: float = 0.8) -> float:
    """Which difference from a control of `expected` is decided with that power by so many people in all, about.

    It is the width of the sequence there and what chance takes away: a normal approximation. Of the power at fewer
    people nothing is counted, so it is rather too large.
    """
    variance = expected * (1 - expected)
    first, second = people * share, people * (1 - share)
    width = _width(variance, variance, first, second, planned or people, ALPHA)
    spread = variance * (1 / first + 1 / second)
    return width + NormalDist().inv_cdf(power) * math.sqrt(spread)


def kappa(pairs: list[tuple[bool, bool]]) -> float | None:
    """How far two people agree beyond chance: 1 wholly, 0 as by chance. None without pairs, or where both only say one.

    Cohen, "A coefficient of agreement for nominal scales" (Educational and Psychological Measurement 20, 1960).
    """
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(one == other for one, other in pairs) / count
    first, second = (sum(pair[place] for pair in pairs) / count for place in (0, 1))
    by_chance = first * second + (1 - first) * (1 - second)
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


def _width(candidate: float, control: float, candidates: float, controls: float, planned: int, alpha: float) -> float:
    """How far the sequence reaches to either side: of both versions the variance of one person, and the people."""
    people = candidates + controls
    spread = people * (candidate / candidates + control / controls)
    rate = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned
    grown = people * rate + 1
    return math.sqrt(spread * 2 * grown / (people * people * rate) * math.log(math.sqrt(grown) / alpha))


def _around(control: Arm, candidate: Arm, width: float) -> Interval:
    difference = candidate.hits / candidate.people - control.hits / control.people
    return Interval(difference, max(-1.0, difference - width), min(1.0, difference + width))


def _variance(arm: Arm) -> float:
    """That of one person's value, as with two people more on either side: else it is nothing where all did the same."""
    share = (arm.hits + 2) / (arm.people + 4)
    return share * (1 - share)


def _wilson(arm: Arm) -> Interval:
    count, share = arm.people, arm.hits / arm.people
    middle = share + _Z * _Z / (2 * count)
    width = _Z * math.sqrt(share * (1 - share) / count + _Z * _Z / (4 * count * count))
    whole = 1 + _Z * _Z / count
    return Interval(share, (middle - width) / whole, (middle + width) / whole)


def _log_beta(first: float, second: float) -> float:
    return math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)
