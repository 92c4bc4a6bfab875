"""What comes nearest to a question that nothing surely answers: quoted under its headings, for the person to judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cci_app.knowledge.answers.figures import FigureKind, may_hold
from cci_app.knowledge.answers.windows import fits, joined, windows
from cci_app.knowledge.search.evidence import Evidence
from cci_app.knowledge.search.passage import Answer, Passage, Source
from cci_app.knowledge.search.ranking import Ranker
from cci_app.knowledge.search.retrieval import Found
from cci_app.language.sentences import BULLET, sentences

# Of sentences that answer about as well, those in the question's language are taken.
OWN_LANGUAGE: Final = 1.2
# A second passage is quoted, too, where it fits this much as well as the best.
_AS_WELL: Final = 0.7
_MOST: Final = 2
_LONGEST: Final = 280
# How surely a passage must speak of something that is asked, and how much of the question where a number is asked for
# whose sentence says what it counts.
_SPOKEN: Final = 0.5
_COUNTED: Final = 0.3


@dataclass(frozen=True, slots=True)
class Searched:
    """What one reading of a question found, and what weighs its words."""

    found: Found
    ranker: Ranker


def nearest(readings: Sequence[Searched], kind: FigureKind | None, language: str) -> Answer | None:
    """The likeliest passages' sentences that speak most of a question, an item each; None where nothing comes near.

    A question for a figure gets only what has one, of the thing that is asked about: another thing's misleads, whatever
    is said before it. Of passages that fit about as well those in `language` are quoted.
    """
    proposed = [
        (each.found.fit[passage.id] * (OWN_LANGUAGE if passage.language == language else 1.0), passage, each)
        for each in readings
        for passage in each.found.passages
        if each.found.fit[passage.id] >= _AS_WELL
    ]
    quoted: dict[int, tuple[Passage, str]] = {}
    for _, passage, each in sorted(proposed, key=lambda one: -one[0]):
        if each.found.evidence is not None and passage.id not in quoted and len(quoted) < _MOST:
            text = _telling(passage, each.found.evidence, each.ranker, kind)
            if text:
                quoted[passage.id] = (passage, text)
    sources = dict.fromkeys(Source(each.document_id, each.title, each.page) for each, _ in quoted.values())
    items = [f"{BULLET}{_headed(passage, text)}" for passage, text in quoted.values()]
    return Answer("\n".join(items), tuple(sources), sure=False) if items else None


def _telling(passage: Passage, evidence: Evidence, ranker: Ranker, kind: FigureKind | None) -> str:
    """The sentences that speak most of the question, with what stands around them as long as there is room."""
    heading, title = passage.heading or "", passage.title
    if evidence.most(f"{passage.text} {heading} {title}") < _SPOKEN:
        return ""
    if kind is not None and kind.counts:
        if evidence.shares(passage.text, heading, title)[0] < _COUNTED:
            return ""
    elif kind is not None and not ranker.tells(passage):
        return ""
    parts = sentences(passage.text)
    most, begin, end = 0.0, 0, 0
    for first, last in windows(parts, _LONGEST):
        text = joined(parts[first:last])
        if kind is None or may_hold(text, kind):
            covered, here, _ = evidence.shares(text, heading, title)
            if last > end == 0 or covered + here > most + 1e-9:
                most, begin, end = covered + here, first, last
    if not end:
        return ""
    while end < len(parts) and fits(parts[begin : end + 1], _LONGEST):
        end += 1
    while begin and fits(parts[begin - 1 : end], _LONGEST):
        begin -= 1
    # What asks would be taken for a question of ours; what a colon announces is missing.
    while end > begin and parts[end - 1].endswith(("?", ":")):
        end -= 1
    return joined(parts[begin:end])


def _headed(passage: Passage, text: str) -> str:
    heading = (passage.heading or "").strip("¿?¡! ")
    plain = " ".join(text.replace(BULLET, "").split())
    return f"{heading} – {plain}" if heading else plain
