"""An answer in the documents' own sentences, with its source, or none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.figures import PRICE, FigureKind, holds, wanted
from cci_app.knowledge.answers.follow_ups import going_on
from cci_app.knowledge.languages import written_in
from cci_app.knowledge.search.passage import Answer, Passage, Source
from cci_app.knowledge.search.ranking import Ranker
from cci_app.knowledge.search.retrieval import Found, find, read_question, within_turn
from cci_app.knowledge.search.words import Term, terms
from cci_app.language.sentences import BULLET, sentences
from cci_app.language.synonyms import OWN_PLACES
from cci_app.language.tokens import tokens

LONGEST_ANSWER = 450
MOST_SENTENCES = 3
# How much of a question, by the weight of its words, the sentences must speak of. Chosen on the half of
# tests/knowledge/questions.yaml that is marked for it.
ENOUGH = 0.5
# Of sentences that answer about as well, those in the question's language are taken.
_OWN_LANGUAGE = 1.2

_LONGEST_QUESTION = 4096
_MOST_TERMS = 24
_PASSAGES = 8
_CLAUSE = re.compile(r"[^.,;:!?…\n]+\?")


@dataclass(frozen=True, slots=True)
class Choice:
    """Sentences of one passage, and how much of the question they speak of."""

    passage: Passage
    text: str
    coverage: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as terms: those that look for passages, and those of which an answer has to speak.

    `of_itself`: it asks for hours and names nothing but the organisation, so that of many hours its own are meant.
    """

    searched: list[Term]
    judged: list[Term]
    of_itself: bool = False


class DocumentAnswerer:
    """Answers with whole sentences of the documents; what they do not say, it does not answer."""

    def __init__(self, own_names: Iterable[str] = (), assistant: str | None = None) -> None:
        """`own_names` are what people call the organisation: all of its documents are about it.

        `assistant` is who answers: it reads the documents that all share, and its own.
        """
        self.assistant = assistant
        names = sorted({written for name in own_names if (written := " ".join(tokens(name)))}, key=len, reverse=True)
        self._own_name = re.compile(rf"\b(?:{'|'.join(names)})\b") if names else None

    def answer(
        self, organisation_id: int, question: str, language: str, deadline: Deadline, *, about: str = ""
    ) -> Answer | None:
        """The answer with its sources, or None where no document holds it.

        The language that the question is written in, `language` where that cannot be told, decides between sentences
        that answer about as well; a quote may be in another one.

        A question for a price, a date, a number or a telephone is answered only by sentences that have one, and that
        for a price only where the most telling word of the question stands beside it or above it. Raises
        Unavailable where the documents cannot be searched in time.
        """
        question = going_on(question[:_LONGEST_QUESTION], about)
        kind = wanted(question)
        first = written_in(question, language)
        message, readings = self._readings(question, kind)
        # One vector for all readings: a model that is slow is waited for once.
        with within_turn(deadline) as part:
            whole = read_question(question, message, part, self.assistant)
        for asked in readings:
            with within_turn(deadline) as part:
                found = find(organisation_id, replace(whole, terms=asked.searched), first, part)
            ranker = Ranker(asked.judged, found.passages, meant=_PASSAGES)
            choices = [
                choice
                for passage in found.passages[:_PASSAGES]
                if (kind is not PRICE or ranker.tells(passage))
                and (choice := choose(passage, ranker, len(asked.judged), kind, ENOUGH)) is not None
            ]
            if asked.of_itself:
                choices = self._of_itself(choices)
            if choices:
                return _answer(choices, found, message, first)
        return None

    def _of_itself(self, choices: list[Choice]) -> list[Choice]:
        """Those that speak of the organisation or its offices; without one, all where one document holds them."""

        def own(choice: Choice) -> bool:
            words = tokens(f"{choice.passage.title} {choice.text}")
            named = self._own_name is not None and self._own_name.search(" ".join(words))
            return bool(named) or not OWN_PLACES.isdisjoint(words)

        its_own = [choice for choice in choices if own(choice)]
        one = len({choice.passage.document_id for choice in choices}) == 1
        return its_own or (choices if one else [])

    def _readings(self, question: str, kind: FigureKind | None) -> tuple[list[Term], list[Reading]]:
        """The terms of the message, and what to look for: its last clause with a question mark, then the whole.

        What stands before the question is often something else, such as the answer to a question of ours.
        """
        message = self._reading(question, kind)
        clauses = _CLAUSE.findall(question)
        last = self._reading(clauses[-1], kind) if clauses else message
        readings = [last, message] if last != message else [message]
        return message.searched, [reading for reading in readings if reading.searched]

    def _reading(self, text: str, kind: FigureKind | None) -> Reading:
        # "Les horaires de la Chambre" are the hours; "la Chambre" alone is what is asked about.
        without = self._own_name.sub(" ", " ".join(tokens(text))) if self._own_name else text
        asked = _terms(without, kind) or _terms(text, kind)
        if kind is None or not kind.named:
            return Reading(asked, asked)
        judged = [term for term in asked if term.word not in kind.named]
        if asked and not judged:
            # Nothing but "vos horaires d'ouverture": any name for them will do.
            return Reading(asked, [Term(asked[0].word, tuple(sorted(kind.named)))], of_itself=True)
        return Reading(asked, judged)


def _terms(text: str, kind: FigureKind | None) -> list[Term]:
    return terms(text, kind.words if kind else frozenset())[:_MOST_TERMS]


def _answer(choices: list[Choice], found: Found, message: list[Term], language: str) -> Answer:
    """The best of the choices; where they are near each other, the rest of the message says which is meant."""
    context = Ranker(message, found.passages)

    def fit(choice: Choice) -> float:
        passage = choice.passage
        around, _ = context.coverage(passage.text, passage.heading or "", passage.title)
        own = _OWN_LANGUAGE if passage.language == language else 1.0
        return choice.coverage * (1 + around) * found.fit[passage.id] * own

    best = max(choices, key=fit)
    passage = best.passage
    return Answer(best.text, (Source(passage.document_id, passage.title, passage.page),), passage.language)


def choose(passage: Passage, ranker: Ranker, asked: int, kind: FigureKind | None, enough: float) -> Choice | None:
    """The sentences of a passage that answer best a question of `asked` terms, None where none speak of `enough`.

    They stand together in the passage, at most `MOST_SENTENCES` and `LONGEST_ANSWER` characters: the fewest that cover
    most of the question, with what follows them as long as there is room. More than half of the terms must be there,
    whatever their weight.
    """
    subject = ranker.words
    if kind is not None and not holds(passage.text, kind, subject):
        return None
    parts = sentences(passage.text)
    best: tuple[float, int, int] | None = None
    for begin in range(len(parts)):
        for end in range(begin + 1, len(parts) + 1):
            if not _fits(parts[begin:end]):
                break
            text = _joined(parts[begin:end])
            if kind is not None and not holds(text, kind, subject):
                continue
            coverage, count = ranker.coverage(text, passage.heading or "", passage.title)
            if count * 2 > asked and (best is None or coverage > best[0] + 1e-9):
                best = (coverage, begin, end)
    if best is None or best[0] < enough:
        return None
    coverage, begin, end = best
    while end < len(parts) and _fits(parts[begin : end + 1]):
        end += 1
    while end > begin and parts[end - 1].endswith(("?", ":")):
        # An answer that ends with a question of its own would be taken for ours; what a colon announces is missing.
        end -= 1
    return Choice(passage, _joined(parts[begin:end]), coverage) if end > begin else None


def _fits(parts: list[str]) -> bool:
    """Whether these sentences are short enough for an answer; a list counts as one of them."""
    prose = sum(not part.startswith(BULLET) for part in parts)
    count = prose + (prose < len(parts))
    return count <= MOST_SENTENCES and len(_joined(parts)) <= LONGEST_ANSWER


def _joined(parts: list[str]) -> str:
    text = ""
    for part in parts:
        space = "\n" if part.startswith(BULLET) else " "
        text += (space if text else "") + part
    return text
