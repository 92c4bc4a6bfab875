"""An answer in the documents' own sentences, with its source, or none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.figures import PLACE, PRICE, FigureKind, holds, wanted
from cci_app.knowledge.answers.follow_ups import going_on
from cci_app.knowledge.answers.nearest import OWN_LANGUAGE, Searched, nearest
from cci_app.knowledge.answers.windows import fits, headed, joined, windows
from cci_app.knowledge.languages import written_in
from cci_app.knowledge.search.evidence import Evidence
from cci_app.knowledge.search.passage import Answer, Passage, Source
from cci_app.knowledge.search.ranking import Ranker
from cci_app.knowledge.search.retrieval import BY_SORT, BY_SUBJECT, Found, Proposed, propose, read_question, within_turn
from cci_app.knowledge.search.sought import SortAsked
from cci_app.knowledge.search.words import Term, terms
from cci_app.language.places import OWN_ADDRESS, STREETS
from cci_app.language.sentences import BULLET, sentences
from cci_app.language.synonyms import OWN_PLACES
from cci_app.language.tokens import tokens

# How much of a question, by the weight of its words, the sentences must speak of. Chosen on the half of
# tests/knowledge/questions.yaml that is marked for it.
ENOUGH = 0.5
# Where less is said in the question's words: by how much the passage must be likelier than the next, how much of the
# question it must speak of by meaning, and how surely of some of it. Chosen on the half of
# benchmarks/retrieval/paraphrases*.yaml that is tuned on.
_FAR, _MOSTLY, _MEANT = 2.2, 0.35, 0.5
# Where its own words leave something open: how much of it a passage must speak of by meaning, or by how much it must be
# likelier than the next. Chosen on the same half.
_NEARLY_ALL, _CLEAR = 0.8, 1.5
# How much of its words, where sentences lack what a question asks for broadly, as a day. Chosen on the same half.
_ALL = 0.9

_LONGEST_QUESTION = 4096
_MOST_TERMS = 24
# Whose words are read for meaning, and those that may answer.
_PASSAGES = 8
_LIKELIEST = 2
_MOST_OFFICES = 4
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
        self,
        organisation_id: int,
        question: str,
        language: str,
        deadline: Deadline,
        *,
        about: str = "",
        or_nearest: bool = False,
    ) -> Answer | None:
        """The answer with its sources, or None where no document holds it; or, if wanted, what comes nearest.

        The language that the question is written in, `language` where that cannot be told, decides between sentences
        that answer about as well; a quote may be in another one.

        A question for a price, a date, a number or a telephone is answered only by sentences that have one, and that
        for a price only where the most telling word of the question stands beside it or above it. Raises
        Unavailable where the documents cannot be searched in time.
        """
        asked_alone = question[:_LONGEST_QUESTION]
        question = going_on(asked_alone, about)
        kind = wanted(question) or self._place(question)
        first = written_in(question, language)
        message, readings = self._readings(question, kind, goes_on=question != asked_alone)
        # One vector for all readings: a model that is slow is waited for once.
        with within_turn(deadline) as part:
            whole = read_question(question, message, part, self.assistant)
        unanswered: list[tuple[Reading, Proposed]] = []
        for asked in readings:
            with within_turn(deadline) as part:
                proposed = propose(organisation_id, replace(whole, terms=asked.searched), first, part)
                found = proposed.ordered(BY_SUBJECT, part)
            ranker = Ranker(asked.judged, found.passages, meant=_PASSAGES)
            choices = [
                choice
                # An address is one wherever it stands.
                for passage in found.passages[: None if kind is PLACE else _LIKELIEST]
                if (kind is not PRICE or ranker.tells(passage))
                # Of several rooms' hours the likeliest is as little the house's own.
                and (asked.of_itself or _stands_out(passage, found))
                and (choice := choose(passage, ranker, len(asked.judged), kind, ENOUGH)) is not None
                and (choice.coverage >= _ALL or _is_of_sort(choice, kind, whole.sought))
            ]
            if asked.of_itself:
                choices = self._of_itself(choices, OWN_ADDRESS if kind is PLACE else OWN_PLACES)
            if choices and kind is PLACE:
                return _each(choices, first)
            if choices:
                return _answer(choices, found, message, first)
            if asked.of_itself:
                continue
            unanswered.append((asked, proposed))
            # A price is told in the question's own words, or not at all.
            if found.evidence is not None and found.lead >= _FAR and kind is not PRICE:
                likeliest = likeliest_sentences(found.passages[0], found.evidence, ranker, kind)
                if likeliest is not None and _is_of_sort(likeliest, kind, whole.sought):
                    return _quoted(likeliest)
        if not or_nearest:
            return None
        return nearest([_in_order(*each, deadline) for each in unanswered], kind, whole.sought, first)

    def _place(self, question: str) -> FigureKind | None:
        """PLACE where a question asks for nothing but where the organisation is."""
        asks = PLACE.asked(question) and all(each.word in PLACE.named for each in self._besides(question, PLACE))
        return PLACE if asks else None

    def _of_itself(self, choices: list[Choice], own_words: frozenset[str]) -> list[Choice]:
        """Those that speak of the organisation or its offices; without one, all where one document holds them."""

        def own(choice: Choice) -> bool:
            words = tokens(f"{choice.passage.title} {choice.passage.heading or ''} {choice.text}")
            named = self._own_name is not None and self._own_name.search(" ".join(words))
            return bool(named) or not own_words.isdisjoint(words)

        its_own = [choice for choice in choices if own(choice)]
        one = len({choice.passage.document_id for choice in choices}) == 1
        return its_own or (choices if one else [])

    def _readings(self, question: str, kind: FigureKind | None, *, goes_on: bool) -> tuple[list[Term], list[Reading]]:
        """The terms of the message, and what to look for: its last clause with a question mark, then the whole.

        What stands before the question is often something else, such as the answer to a question of ours; where it
        `goes_on` it is the question before.
        """
        message = self._reading(question, kind)
        clauses = _CLAUSE.findall(question)
        last = self._reading(clauses[-1], kind) if clauses else message
        # "…, je paie quoi ?" leaves to the rest what it is about; "¿y las visas?" is about something else now.
        leaves = len(last.searched) == 1 and not goes_on
        readings = [message] if last == message or leaves else [last, message]
        return message.searched, [reading for reading in readings if reading.searched]

    def _reading(self, text: str, kind: FigureKind | None) -> Reading:
        # "Les horaires de la Chambre" are the hours; "la Chambre" alone is what is asked about.
        asked = self._besides(text, kind)
        if kind is PLACE:
            # Each address has one of these, and few other sentences do.
            street = [Term(min(STREETS), tuple(sorted(STREETS)))]
            return Reading(street, street, of_itself=True)
        asked = asked or _terms(text, kind)
        if kind is None or not kind.named:
            return Reading(asked, asked)
        judged = [term for term in asked if term.word not in kind.named]
        if asked and not judged:
            # Nothing but "vos horaires d'ouverture": any name for them will do.
            return Reading(asked, [Term(asked[0].word, tuple(sorted(kind.named)))], of_itself=True)
        return Reading(asked, judged)

    def _besides(self, text: str, kind: FigureKind | None) -> list[Term]:
        """The terms of a text beside the organisation's own name."""
        return _terms(self._own_name.sub(" ", " ".join(tokens(text))) if self._own_name else text, kind)


def _in_order(asked: Reading, proposed: Proposed, deadline: Deadline) -> Searched:
    """What was proposed to a reading, in the order in which it comes near."""
    with within_turn(deadline) as part:
        found = proposed.ordered(BY_SORT, part)
    return Searched(found, Ranker(asked.judged, found.passages, meant=_PASSAGES))


def _terms(text: str, kind: FigureKind | None) -> list[Term]:
    return terms(text, kind.words if kind else frozenset())[:_MOST_TERMS]


def _is_of_sort(choice: Choice, kind: FigureKind | None, sought: SortAsked) -> bool:
    """Whether sentences hold the time, the duration or the number that is asked for, where no kind of figure is."""
    return kind is not None or not sought.missed(choice.text)


def _stands_out(passage: Passage, found: Found) -> bool:
    """Whether a passage speaks of nearly all of the question by meaning, or is clearly likelier than the next."""
    if found.evidence is None or (passage.id == found.passages[0].id and found.lead >= _CLEAR):
        return True
    covered, *_ = found.evidence.shares(passage.text, passage.heading or "", passage.title)
    return covered >= _NEARLY_ALL


def _answer(choices: list[Choice], found: Found, message: list[Term], language: str) -> Answer:
    """The best of the choices; where they are near each other, the rest of the message says which is meant."""
    context = Ranker(message, found.passages)

    def fit(choice: Choice) -> float:
        passage = choice.passage
        around, _ = context.coverage(passage.text, passage.heading or "", passage.title)
        own = OWN_LANGUAGE if passage.language == language else 1.0
        return choice.coverage * (1 + around) * found.fit[passage.id] ** 2 * own

    return _quoted(max(choices, key=fit))


def _each(choices: Sequence[Choice], language: str) -> Answer:
    """All of the choices, each under its heading where there are several: an organisation has more than one office."""
    mine = [choice for choice in choices if choice.passage.language == language] or choices
    if len(mine) == 1:
        return _quoted(mine[0])
    quoted = mine[:_MOST_OFFICES]
    text = "\n".join(f"{BULLET}{headed(choice.text, choice.passage.heading)}" for choice in quoted)
    sources = dict.fromkeys(Source(p.document_id, p.title, p.page) for p in (choice.passage for choice in quoted))
    return Answer(text, tuple(sources), quoted[0].passage.language)


def _quoted(choice: Choice) -> Answer:
    passage = choice.passage
    return Answer(choice.text, (Source(passage.document_id, passage.title, passage.page),), passage.language)


def likeliest_sentences(passage: Passage, evidence: Evidence, ranker: Ranker, kind: FigureKind | None) -> Choice | None:
    """The sentences of a passage that speak most of the question by what they mean, None where that is too little."""
    if kind is not None and not kind.counts and not ranker.tells(passage):
        # An hour of something else
        return None
    parts = sentences(passage.text)
    best: Choice | None = None
    for begin in range(len(parts)):
        end = begin + 1
        while end < len(parts) and fits(parts[begin : end + 1]):
            end += 1
        while end > begin and parts[end - 1].endswith(("?", ":")):
            end -= 1
        text = joined(parts[begin:end])
        if (kind is not None and not holds(text, kind, ranker.words)) or evidence.most(text) < _MEANT:
            continue
        covered, here, *_ = evidence.shares(text, passage.heading or "", passage.title)
        if covered >= _MOSTLY and (best is None or covered + here > best.coverage + 1e-9):
            best = Choice(passage, text, covered + here)
    return best


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
    for begin, end in windows(parts):
        text = joined(parts[begin:end])
        if kind is not None and not holds(text, kind, subject):
            continue
        coverage, count = ranker.coverage(text, passage.heading or "", passage.title)
        if count * 2 > asked and (best is None or coverage > best[0] + 1e-9):
            best = (coverage, begin, end)
    if best is None or best[0] < enough:
        return None
    coverage, begin, end = best
    while end < len(parts) and fits(parts[begin : end + 1]):
        end += 1
    while end > begin and parts[end - 1].endswith(("?", ":")):
        # An answer that ends with a question of its own would be taken for ours; what a colon announces is missing.
        end -= 1
    return Choice(passage, joined(parts[begin:end]), coverage) if end > begin else None
