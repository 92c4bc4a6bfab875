"""Which passages speak of what is asked, and how much of the question each one covers."""

import math
from collections.abc import Sequence

from cci_app.knowledge.words import Term, closeness, words_of

_ABOVE = 1.2  # a heading says what its passage is about; a title says it of a whole document
_TITLE = 0.9
_AGAIN = 0.25  # a word's second mention counts little


# Cormack et al., "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", 2009.
_RANK_CONSTANT = 60


def fused(orders: Sequence[Sequence[int]]) -> dict[int, float]:
    """How high each id stands in several orders, best first, by reciprocal rank: 1 for the first in all of them."""
    scores: dict[int, float] = {}
    for order in orders:
        for rank, each in enumerate(order, 1):
            scores[each] = scores.get(each, 0.0) + (_RANK_CONSTANT + 1) / (_RANK_CONSTANT + rank) / len(orders)
    return scores


class Ranker:
    """Terms weighed by how rare they are among the candidates: a word that is in all of them tells them not apart."""

    def __init__(self, terms: Sequence[Term], candidates: Sequence[str]) -> None:
        self._terms = terms
        words = [set(words_of(candidate)) for candidate in candidates]
        self._near: list[dict[str, float]] = []
        self.weights: list[float] = []
        vocabulary = set().union(*words)
        for term in terms:
            near = {word: close for word in vocabulary if (close := closeness(term, word))}
            self._near.append(near)
            holding = sum(not near.keys().isdisjoint(these) for these in words)
            self.weights.append(math.log(1 + (len(words) + 0.5) / (holding + 0.5)))

    @property
    def missing(self) -> list[Term]:
        """The terms that no candidate holds."""
        return [term for term, near in zip(self._terms, self._near, strict=True) if not near]

    def score(self, text: str, heading: str, title: str) -> float:
        """How well a passage fits; comparable among passages of this ranker only."""
        here, above, document = words_of(text), words_of(heading), words_of(title)
        score = 0.0
        for near, weight in zip(self._near, self.weights, strict=True):
            mentions = sorted((near[word] for word in here if word in near), reverse=True)
            once = mentions[0] if mentions else 0.0
            more = _AGAIN * math.log1p(len(mentions) - 1) if mentions else 0.0
            score += weight * (once + more + _ABOVE * _best(near, above) + _TITLE * _best(near, document))
        share, _ = self.coverage(text, heading, title)
        return score * (0.5 + share)

    @property
    def words(self) -> frozenset[str]:
        """The candidates' words that are one of the terms, or near it."""
        return frozenset().union(*self._near)

    def coverage(self, text: str, heading: str, title: str) -> tuple[float, int]:
        """How much of the question a passage speaks of: the share by weight, from 0 to 1, and the number of terms.

        What only the heading or the title says counts for less: it may be said of other sentences.
        """
        total = sum(self.weights)
        here, above, document = words_of(text), words_of(heading), words_of(title)
        spoken = [max(_best(near, here), 0.9 * _best(near, above), 0.7 * _best(near, document)) for near in self._near]
        covered = sum(weight * share for weight, share in zip(self.weights, spoken, strict=True))
        return (covered / total if total else 0.0), sum(share > 0 for share in spoken)


def _best(near: dict[str, float], words: Sequence[str]) -> float:
    return max((near[word] for word in words if word in near), default=0.0)
