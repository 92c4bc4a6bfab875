"""What comes nearest to a question that nothing surely answers: quoted under its headings, for the person to judge."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cci_app.knowledge.answers.figures import FigureKind, may_hold
from cci_app.knowledge.answers.windows import fits, headed, joined, windows
from cci_app.knowledge.search.evidence import Evidence
from cci_app.knowledge.search.passage import Answer, Passage, Source
from cci_app.knowledge.search.ranking import Ranker
from cci_app.knowledge.search.retrieval import Found
from cci_app.knowledge.search.sought import SortAsked
from cci_app.language.sentences import BULLET, sentences

# Of sentences that answer about as well, those in the question's language are taken.
OWN_LANGUAGE: Final = 1.2
# Other passages are quoted, too, where they fit this much as well as the best; less is asked of one that holds the sort
# of thing that is asked for. Chosen on the half of benchmarks/retrieval/paraphrases*.yaml that is tuned on.
_AS_WELL, _AS_ASKED = 0.6, 0.4
_MOST: Final = 4
_LONGEST: Final = 280
# Of all quotes, as they stand in a message.
_ROOM: Final = 640
# How surely a passage must speak of something that is asked.
_SPOKEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Searched:
    """What one reading of a question found, and what weighs its words."""

    found: Found
    ranker: Ranker


def nearest(readings: Sequence[Searched], kind: FigureKind | None, sought: SortAsked, language: str) -> Answer | None:
    """The likeliest passages' sentences that speak most of a question, an item each; None where nothing comes near.

    A question for a figure gets only what has one, of the thing that is asked about: another thing's misleads, whatever
    is said before it, save where its sentence says what it counts. Of passages that fit about as well those in
    `language` are quoted.
    """
    proposed = [
        (each.found.fit[passage.id] * (OWN_LANGUAGE if passage.language == language else 1.0), passage, each)
        for each in readings
        for passage in each.found.passages
        if each.found.fit[passage.id] >= (_AS_ASKED if sought.held(passage.text) else _AS_WELL)
    ]
    quoted: dict[int, _Quote] = {}
    for _, passage, each in sorted(proposed, key=lambda one: -one[0]):
        if each.found.evidence is not None and passage.id not in quoted and len(quoted) < _MOST:
            quote = _telling(passage, each.found.evidence, each.ranker, kind, sought)
            if quote is not None and (not quoted or _room(quoted.values()) >= len(quote.headed)):
                quoted[passage.id] = quote
    for quote in quoted.values():
        quote.grow(lambda: _room(quoted.values()))
    sources = dict.fromkeys(Source(p.document_id, p.title, p.page) for p in (each.passage for each in quoted.values()))
    items = [f"{BULLET}{each.headed}" for each in quoted.values()]
    return Answer("\n".join(items), tuple(sources), sure=False) if items else None


@dataclass(slots=True)
class _Quote:
    """Sentences of a passage that stand together, the first of which is at `begin`, the last before `end`."""

    passage: Passage
    parts: list[str]
    begin: int
    end: int

    @property
    def headed(self) -> str:
        """On one line, under the passage's heading; without what asks at its end, or announces."""
        end = self.end
        while end > self.begin and self.parts[end - 1].endswith(("?", ":")):
            end -= 1
        return headed(joined(self.parts[self.begin : end]), self.passage.heading)

    def grow(self, room: Callable[[], int]) -> None:
        """Take in what stands around it as long as there is room, first what follows."""
        while self.end < len(self.parts) and self._takes(self.begin, self.end + 1, room()):
            self.end += 1
        while self.begin and self._takes(self.begin - 1, self.end, room()):
            self.begin -= 1

    def _takes(self, begin: int, end: int, room: int) -> bool:
        more = len(joined(self.parts[begin:end])) - len(joined(self.parts[self.begin : self.end]))
        return more <= room and fits(self.parts[begin:end], _LONGEST)


def _room(quotes: Iterable[_Quote]) -> int:
    return _ROOM - sum(len(each.headed) for each in quotes)


def _telling(
    passage: Passage, evidence: Evidence, ranker: Ranker, kind: FigureKind | None, sought: SortAsked
) -> _Quote | None:
    """The sentences that speak most of the question, as few as do; None where none may be quoted."""
    heading, title = passage.heading or "", passage.title
    if evidence.most(f"{passage.text} {heading} {title}") < _SPOKEN:
        return None
    if kind is not None and not kind.counts and not ranker.tells(passage):
        return None
    parts = sentences(passage.text)
    most, quote = 0.0, None
    for first, last in windows(parts, _LONGEST):
        text = joined(parts[first:last])
        if kind is None or may_hold(text, kind) or sought.held(text):
            covered, here, *_ = evidence.shares(text, heading, title)
            if quote is None or covered + here > most + 1e-9:
                most, quote = covered + here, _Quote(passage, parts, first, last)
    return quote if quote is not None and quote.headed else None
