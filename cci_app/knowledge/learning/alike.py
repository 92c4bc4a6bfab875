"""Whether two questions ask the same, in one language or in two."""

from collections.abc import Sequence
from dataclasses import dataclass

from cci_app.knowledge.answers.figures import FigureKind, wanted
from cci_app.knowledge.languages import written_in
from cci_app.knowledge.search.passage import Passage
from cci_app.knowledge.search.ranking import Ranker
from cci_app.knowledge.search.words import Term, terms
from cci_app.language.encoder.cosines import Cosines
from cci_app.language.encoder.encoding import encoded

# Of the words that carry a question, how many must be in the other, or be meant there: of each, or of both where
# they mean the same. Of questions about fifteen matters in French and Spanish none had any of another's.
_ENOUGH_WORDS = 0.6
_MOST_WORDS, _LIKE_MEANING = 0.7, 0.8
# Between two languages words seldom meet; there none of those had more than 0.58 of another's meaning.
_ENOUGH_MEANING = 0.65
_SOME_WORDS, _SOME_MEANING = 0.5, 0.45
# Questions beyond it are not compared word by word.
_COMPARED = 8
_LONGEST = 300
# Which questions are listed together costs nothing when it is wrong.
_TOGETHER, _PERHAPS_TOGETHER = 0.6, 0.35


@dataclass(frozen=True, slots=True)
class AskedText:
    """A question as it is compared: what kind of figure it asks for, its words, its vector."""

    text: str
    kind: FigureKind | None
    words: tuple[Term, ...]
    vector: bytes
    language: str

    @classmethod
    def read(cls, text: str) -> "AskedText | None":
        """None for a text without a word."""
        text = text[:_LONGEST]
        vector = encoded(text)
        if vector is None:
            return None
        kind = wanted(text)
        words = terms(text, kind.words if kind else frozenset()) or terms(text)
        return cls(text, kind, tuple(words), vector, written_in(text, ""))

    def asks_same(self, other: "AskedText", meaning: float) -> float | None:
        """How surely both ask the same, where their vectors have that cosine; None where they do not."""
        if self.kind is not other.kind:
            return None
        shares = self.covers(other), other.covers(self)
        both = sum(shares) / 2
        same = min(shares) >= _ENOUGH_WORDS or (both >= _MOST_WORDS and meaning >= _LIKE_MEANING)
        if self.language != other.language:
            same = same or meaning >= _ENOUGH_MEANING or (both >= _SOME_WORDS and meaning >= _SOME_MEANING)
        return both + meaning if same else None

    def covers(self, other: "AskedText") -> float:
        """How much of this question the other one speaks of, from 0 to 1."""
        passage = Passage(0, 0, "", None, None, other.language, other.text, 0.0)
        return Ranker(self.words, (passage,), meant=1).coverage(other.text, "", "")[0]


class KnownQuestions:
    """Some questions, each compared with what is asked. Safe to share between threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        read = ((number, AskedText.read(text)) for number, text in enumerate(texts))
        self._known = [(number, each) for number, each in read if each is not None]
        self._cosines = Cosines([each.vector for _, each in self._known]) if self._known else None

    def same(self, text: str) -> tuple[int, float] | None:
        """The number of the question that asks the same as `text`, and how surely; None where none does."""
        asked = AskedText.read(text)
        if asked is None or self._cosines is None:
            return None
        order = sorted(zip(self._cosines.of(asked.vector), self._known, strict=True), key=lambda each: -each[0])
        found = [
            (number, sure)
            for meaning, (number, known) in order[:_COMPARED]
            if (sure := asked.asks_same(known, meaning)) is not None
        ]
        return max(found, key=lambda each: each[1], default=None)


def together(texts: Sequence[str]) -> list[list[int]]:
    """The numbers of the texts that ask about the same, the largest group first; every text is in one."""
    read = [AskedText.read(text) for text in texts]
    known = [(number, each) for number, each in enumerate(read) if each is not None]
    cosines = Cosines([each.vector for _, each in known]) if known else None
    groups, of_place = [[number] for number, each in enumerate(read) if each is None], dict[int, list[int]]()
    for place, (number, each) in enumerate(known):
        alike = cosines.of(each.vector)[:place] if cosines else []
        meaning, near = max(((meaning, other) for other, meaning in enumerate(alike)), default=(0.0, 0))
        if _stand_together(each, known[near][1], meaning):
            group = of_place[near]
            group.append(number)
        else:
            group = [number]
            groups.append(group)
        of_place[place] = group
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _stand_together(one: AskedText, other: AskedText, meaning: float) -> bool:
    if one.kind is not other.kind or meaning < _PERHAPS_TOGETHER:
        return False
    return meaning >= _TOGETHER or one.asks_same(other, meaning) is not None
