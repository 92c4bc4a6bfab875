"""Which passages speak of what is asked, and how much of the question each one covers."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from cci_app.knowledge.passage import Passage
from cci_app.knowledge.words import Term, closeness, words_of

_ABOVE = 1.2  # a heading says what its passage is about; a title says it of a whole document
_TITLE = 0.9
_EDGE = 2
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

    def __init__(self, terms: Sequence[Term], candidates: Sequence[Passage]) -> None:
        self._terms = terms
        words = [
            frozenset(words_of(each.text)).union(words_of(each.heading or ""), words_of(each.title))
            for each in candidates
        ]
        vocabulary = frozenset[str]().union(*words)
        self._near = [dict(near) for near in _near(terms, vocabulary)]
        self.weights: list[float] = []
        for near in self._near:
            holding = sum(not near.keys().isdisjoint(these) for these in words)
            self.weights.append(math.log(1 + (len(words) + 0.5) / (holding + 0.5)))

    @property
    def missing(self) -> list[Term]:
        """The terms that no candidate holds."""
        return [term for term, near in zip(self._terms, self._near, strict=True) if not near]

    def score(self, passage: Passage) -> float:
        """How well a passage fits; comparable among passages of this ranker only."""
        here = Counter(word for word in words_of(passage.text) if word in self.words)
        above, document = words_of(passage.heading or ""), words_of(passage.title)
        score = 0.0
        for near, weight in zip(self._near, self.weights, strict=True):
            mentions = sum(here[word] for word in near if word in here)
            once = _best(near, here)
            more = _AGAIN * math.log1p(mentions - 1) if mentions else 0.0
            score += weight * (once + more + _ABOVE * _best(near, above) + _TITLE * _best(near, document))
        share, _ = self._coverage(here, above, document)
        return score * (0.5 + share)

    @cached_property
    def words(self) -> frozenset[str]:
        """The candidates' words that are one of the terms, or near it."""
        return frozenset().union(*self._near)

    def coverage(self, text: str, heading: str, title: str) -> tuple[float, int]:
        """How much of the question a passage speaks of: the share by weight, from 0 to 1, and the number of terms.

        What only the heading or the title says counts for less: it may be said of other sentences.
        """
        return self._coverage(words_of(text), words_of(heading), words_of(title))

    def _coverage(self, here: Iterable[str], above: Iterable[str], document: Iterable[str]) -> tuple[float, int]:
        total = sum(self.weights)
        spoken = [max(_best(near, here), 0.9 * _best(near, above), 0.7 * _best(near, document)) for near in self._near]
        covered = sum(weight * share for weight, share in zip(self.weights, spoken, strict=True))
        return (covered / total if total else 0.0), sum(share > 0 for share in spoken)


def _near(terms: Sequence[Term], vocabulary: Iterable[str]) -> Iterator[dict[str, float]]:
    """The words of the vocabulary that are each term, or near it, and how surely.

    Only those are compared that begin or end with the same two letters: what has a slip in both is hardly that word.
    """
    begun, ended = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for word in vocabulary:
        begun[word[:_EDGE]].append(word)
        ended[word[-_EDGE:]].append(word)
    for term in terms:
        edges = (term.word, *term.others)
        alike = {word for each in edges for word in (*begun[each[:_EDGE]], *ended[each[-_EDGE:]])}
        yield {word: close for word in alike if (close := closeness(term, word))}


def _best(near: Mapping[str, float], words: Iterable[str]) -> float:
    return max((near[word] for word in words if word in near), default=0.0)
