"""What passages say of each word of a question, in its words or in words that mean alike, in any language."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cci_app.knowledge.search.passage import Passage
from cci_app.knowledge.search.ranking import Ranker, best, spoken_in
from cci_app.knowledge.search.sought import SortAsked
from cci_app.knowledge.search.words import STOP, Term, words_of
from cci_app.language.encoder.meanings import Meanings
from cci_app.language.encoder.word_table import WEIGHT_ONE, word_table

# Of the passages that fit best, the whole text is compared by meaning; of the others the headings and titles.
_READ = 12
# Below the first cosine two words have nothing to do with each other, from the second they mean the same; by meaning a
# word counts for `_MEANT` at most.
_NOTHING, _SAME, _MEANT = 0.3, 0.75, 0.9
_ABOVE, _TITLE = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class Weights:
    """What each thing that is known of a passage counts in how likely it is to be the one that answers, as a logit.

    How well it fits; how much of the question it speaks of, its text, what it stands under and its title alone; its
    vector; whether it is in the asker's language, and whether it holds a thing of the sort that is asked for.
    """

    fit: float
    covered: float
    text: float
    about: float
    title: float
    near: float
    own: float
    held: float


# Conditional logits over the passages of a question, fitted to the questions of benchmarks/retrieval that are tuned on
OF_SUBJECT: Final = Weights(1.93, 8.32, -2.99, 3.18, 0.0, 3.18, 1.82, 0.0)
OF_SORT: Final = Weights(1.85, 7.16, -0.69, 2.81, 4.83, 2.79, 1.80, 2.49)


class Evidence:
    """Terms, weighed by how rare they are among the passages and in the language, and what passages say of them."""

    def __init__(self, terms: Sequence[Term], passages: Sequence[Passage], ranker: Ranker) -> None:
        """`passages` are of one search, best first, `ranker` theirs. Takes some 15 ms."""
        self._near = [dict(near) for near in ranker.near]
        alike: list[frozenset[str]] = [frozenset(near) for near in self._near]
        words = frozenset(word for place, each in enumerate(passages) for word in _compared(each, place))
        meanings = Meanings(sorted(words))
        for place, (term, near) in enumerate(zip(terms, self._near, strict=True)):
            same = set[str]()
            for word, cosine in meanings.of(term.word, _NOTHING).items():
                likeness = _MEANT * min(1.0, (cosine - _NOTHING) / (_SAME - _NOTHING))
                near[word] = max(near.get(word, 0.0), likeness)
                if cosine >= meanings.ALIKE:
                    same.add(word)
            alike[place] |= same
        spoken = [spoken_in(each) for each in passages]
        self._weights = []
        for term, these in zip(terms, alike, strict=True):
            holding = sum(not these.isdisjoint(there) for there in spoken)
            rare = math.log(1 + (len(passages) + 0.5) / (holding + 0.5))
            self._weights.append(rare * (word_table().row(term.word)[1] / WEIGHT_ONE or 0.5))

    def shares(self, text: str, heading: str, title: str) -> tuple[float, float, float, float]:
        """The shares of the question, from 0 to 1, that all parts speak of, the text, what is above it, the title."""
        here, above, over = (self._said(words_of(part)) for part in (text, heading, title))
        covered = [max(one, _ABOVE * two, _TITLE * three) for one, two, three in zip(here, above, over, strict=True)]
        about = [max(two, three) for two, three in zip(above, over, strict=True)]
        return self._share(covered), self._share(here), self._share(about), self._share(over)

    def most(self, text: str) -> float:
        """How surely a text speaks of any of the terms, from 0 to 1."""
        return max(self._said(words_of(text)), default=0.0)

    def _said(self, words: Sequence[str]) -> list[float]:
        return [best(near, words) for near in self._near]

    def _share(self, said: Sequence[float]) -> float:
        total = sum(self._weights)
        return sum(weight * each for weight, each in zip(self._weights, said, strict=True)) / total if total else 0.0


def likely(
    evidence: Evidence,
    passages: Sequence[Passage],
    weights: Weights,
    *,
    fit: Mapping[int, float],
    similarities: Mapping[int, float],
    sought: SortAsked,
    language: str | None,
) -> dict[int, float]:
    """How likely each passage is to be the one that answers, as a logit, by id.

    `fit` is how well each fits by all orders, `similarities` the cosines of the vectors, where they are known.
    """
    nearest = max(similarities.values(), default=0.0)
    found = {}
    for each in passages:
        covered, here, about, titled = evidence.shares(each.text, each.heading or "", each.title)
        near = similarities.get(each.id, 0.0) / nearest if nearest > 0 else 0.0
        found[each.id] = (
            weights.fit * fit[each.id]
            + weights.covered * covered
            + weights.text * here
            + weights.about * about
            + weights.title * titled
            + weights.near * near
            + weights.own * (each.language == language)
            + weights.held * sought.held(each.text)
        )
    return found


def _compared(passage: Passage, place: int) -> frozenset[str]:
    if place < _READ:
        return spoken_in(passage) - STOP
    return frozenset(words_of(passage.title)).union(words_of(passage.heading or "")) - STOP
