"""Which passages speak of what is asked, and how much of the question each one covers."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from cci_app.knowledge.search.passage import Passage
from cci_app.knowledge.search.words import Term, closeness, slipped, words_of
from cci_app.language.encoder.meanings import Meanings

_ABOVE = 1.2  # a heading says what its passage is about; a title says it of a whole document
_TITLE = 0.9
_MEANT = 0.9  # another word for the same thing, or that of another language
_EDGE = 2
_SHARED = 3
_AGAIN = 0.25  # a word's second mention counts little


# Cormack et al., "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", 2009; their 60 is
# for orders of a thousand. In ours, of some tens, it would make a first place hardly more than a tenth.
_RANK_CONSTANT = 4


def fused(orders: Sequence[Sequence[int]], weights: Sequence[float] = ()) -> dict[int, float]:
    """How high each id stands in several orders, best first, by reciprocal rank: 1 for the first in all of them.

    One that an order lacks stands last in it: to be found in one way only is less, but not nothing. An empty order
    tells nothing, and counts for none. An order counts as much as its weight, all the same where none are given.
    """
    everything = set[int]().union(*orders)
    scores = dict.fromkeys(everything, 0.0)
    weighed = list(zip(orders, weights or [1.0] * len(orders), strict=True))
    total = sum(weight for _, weight in weighed)
    for order, weight in weighed:
        if not order:
            continue
        ranks = {each: rank for rank, each in enumerate(order, 1)}
        for each in everything:
            rank = ranks.get(each, len(everything))
            scores[each] += weight / total * (_RANK_CONSTANT + 1) / (_RANK_CONSTANT + rank)
    return scores


def spoken_in(passage: Passage) -> frozenset[str]:
    """The words of a passage, its heading and its document's title."""
    return frozenset(words_of(passage.text)).union(words_of(passage.heading or ""), words_of(passage.title))


class Ranker:
    """Terms weighed by how rare they are among the candidates: a word that is in all of them tells them not apart."""

    def __init__(self, terms: Sequence[Term], candidates: Sequence[Passage], meant: int = 0) -> None:
        """In the first `meant` candidates, words that mean what a term does are taken for it, in any language."""
        self._terms = terms
        words = [spoken_in(each) for each in candidates]
        vocabulary = list(frozenset[str]().union(*words))
        self._near = [dict(near) for near in _near(terms, vocabulary)]
        if meant:
            meanings = Meanings(sorted(frozenset[str]().union(*words[:meant])))
            for term, near in zip(terms, self._near, strict=True):
                for word, likeness in meanings.of(term.word).items():
                    near[word] = max(near.get(word, 0.0), _MEANT * likeness)
        self.weights: list[float] = []
        for near in self._near:
            holding = sum(not near.keys().isdisjoint(these) for these in words)
            self.weights.append(math.log(1 + (len(words) + 0.5) / (holding + 0.5)))

    @property
    def near(self) -> Sequence[Mapping[str, float]]:
        """The candidates' words that are each term, or near it, and how surely."""
        return self._near

    @property
    def missing(self) -> list[Term]:
        """The terms that no candidate holds."""
        return [term for term, near in zip(self._terms, self._near, strict=True) if not near]

    def tells(self, passage: Passage) -> bool:
        """Whether a passage, its heading or its document's title has the most telling of the terms, all of those."""
        there = spoken_in(passage)
        most = max(self.weights, default=0.0)
        telling = (near for near, weight in zip(self._near, self.weights, strict=True) if weight > 0.99 * most)
        return all(not near.keys().isdisjoint(there) for near in telling)

    def score(self, passage: Passage) -> float:
        """How well a passage fits; comparable among passages of this ranker only."""
        here = Counter(self._telling(passage.text))
        spoken = self._spoken(here, self._telling(passage.heading or ""), self._telling(passage.title))
        score = 0.0
        for near, weight, (once, above, document) in zip(self._near, self.weights, spoken, strict=True):
            mentions = sum(here[word] for word in near if word in here) if once else 0
            more = _AGAIN * math.log1p(mentions - 1) if mentions else 0.0
            score += weight * (once + more + _ABOVE * above + _TITLE * document)
        share, _ = self._coverage(spoken)
        return score * (0.5 + share)

    @cached_property
    def words(self) -> frozenset[str]:
        """The candidates' words that are one of the terms, or near it."""
        return frozenset().union(*self._near)

    def coverage(self, text: str, heading: str, title: str) -> tuple[float, int]:
        """How much of the question a passage speaks of: the share by weight, from 0 to 1, and the number of terms.

        What only the heading or the title says counts for less: it may be said of other sentences.
        """
        return self._coverage(self._spoken(*map(self._telling, (text, heading, title))))

    def _telling(self, text: str) -> list[str]:
        return [word for word in words_of(text) if word in self.words]

    def _spoken(self, *parts: Collection[str]) -> list[tuple[float, ...]]:
        """How surely each part of a passage speaks of each term."""
        return [tuple(best(near, words) if words else 0.0 for words in parts) for near in self._near]

    def _coverage(self, spoken: Sequence[tuple[float, ...]]) -> tuple[float, int]:
        total = sum(self.weights)
        shares = [max(here, 0.9 * above, 0.7 * document) for here, above, document in spoken]
        covered = sum(weight * share for weight, share in zip(self.weights, shares, strict=True))
        return (covered / total if total else 0.0), sum(share > 0 for share in shares)


def _near(terms: Sequence[Term], vocabulary: Sequence[str]) -> Iterator[dict[str, float]]:
    """The words of the vocabulary that are each term, or near it, and how surely.

    What has slips in both its first and its last two letters is hardly that word. All other ways of being alike begin
    with the same letters (see `alike`).
    """
    begun = defaultdict[str, list[str]](list)
    for word in vocabulary:
        begun[word[:_SHARED]].append(word)
    for term in terms:
        asked = (term.word, *term.others)
        starts, ends = {each[:_EDGE] for each in asked}, {each[-_EDGE:] for each in asked}
        slips = {word for each in asked for word in slipped(each, vocabulary)}
        alike = {word for word in slips if word[:_EDGE] in starts or word[-_EDGE:] in ends}
        alike.update(*(begun[each[:_SHARED]] for each in asked))
        yield {word: close for word in alike if (close := closeness(term, word))}


def best(near: Mapping[str, float], words: Iterable[str]) -> float:
    """How surely some words speak of a term: as the one does that is nearest to it."""
    return max((near[word] for word in words if word in near), default=0.0)
