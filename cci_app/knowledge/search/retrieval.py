"""The passages of an organisation's documents that fit a question: by their words, by their vectors, by both."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.core.database import one_trip, tenant_statement
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Unavailable
from cci_app.knowledge.index.stores.choice import vector_store, vector_threads
from cci_app.knowledge.index.stores.port import Asked, Near
from cci_app.knowledge.languages import LANGUAGES
from cci_app.knowledge.models import SHARED, readable_by
from cci_app.knowledge.search import text_search
from cci_app.knowledge.search.evidence import OF_SORT, OF_SUBJECT, Evidence, Weights, likely
from cci_app.knowledge.search.passage import Passage
from cci_app.knowledge.search.ranking import Ranker, fused
from cci_app.knowledge.search.sought import SortAsked
from cci_app.knowledge.search.words import Term, terms
from cci_app.llm.embeddings import embeddings
from cci_app.llm.vectors import Vector

log = structlog.get_logger(__name__)

# Passages that each way of searching proposes.
CANDIDATES = 40

# What the question's language is worth, of a fit from 0 to 1: it decides between passages that fit about as well.
_OWN_LANGUAGE = 0.1

# What each order counts: the vectors, PostgreSQL's words, the words weighed one by one. A passage in another language
# has few of the question's words, and is known by its vector alone.
_WEIGHTS = (2.0, 1.0, 1.0)

# From this share of a question on, its own words have found what it asks for.
_ALL_SAID = 0.95
# Of the logits, for a fit that falls slowly.
_SPREAD = 4.0

_LONGEST_QUESTION = 4096
_MOST_TERMS = 24
# Of the time for a search, what its vectors may take: the words are searched whatever becomes of them.
_SHARE_OF_VECTORS = 0.5
_LONGEST_SECONDS = 30.0
# Of a turn, what a search may take.
_TURN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ordering:
    """A way of putting in order what is proposed: how many passages are weighed word by word, and what counts."""

    weighed: int
    weights: Weights


# That a passage holds an hour makes it likelier where one asks when, and no surer: what is told as sure goes by the
# subject alone, what is found and what comes nearest by the sort of thing, too.
BY_SUBJECT: Final = Ordering(24, OF_SUBJECT)
BY_SORT: Final = Ordering(CANDIDATES, OF_SORT)


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: its terms, its vector where there is one, the sort of thing, and whose documents are read."""

    terms: Sequence[Term]
    vector: Vector | None
    sought: SortAsked
    assistants: Sequence[str] = (SHARED,)


@dataclass(frozen=True, slots=True)
class Found:
    """Passages of all languages, best first; their scores are those of the ranker, 0 where only the vectors agree.

    `fit` is how well each fits by all that is known, 1 for the best; `lead` by how much the first is likelier than the
    second, as a logit, where the words left something open and `evidence` was looked for.
    """

    passages: tuple[Passage, ...]
    fit: dict[int, float]
    evidence: Evidence | None = None
    lead: float = 0.0


def search(
    organisation_id: int,
    query: str,
    language: str | None,
    limit: int = 5,
    *,
    assistant: str | None = None,
    timeout: float | None = None,
) -> list[Passage]:
    """The passages that fit `query` best, at most `limit`, in whatever language they are written.

    They are of the documents that all of the organisation's assistants share, and of those of `assistant`.
    Of passages that fit about as well, those in `language` come first, where one is named.
    A word of the query that only resembles one of the documents (another form, a slip, no accents) finds it too.
    Nothing fits: an empty list. The words and the vectors each propose passages; `score`, from 0 to 1, is how high one
    stands in their orders. Without an answer of the embedding model, or of the store of vectors, the words decide.

    `timeout` bounds each statement, in seconds; past it, sqlalchemy's OperationalError.
    """
    deadline = Deadline.after(timeout if timeout is not None else _LONGEST_SECONDS)
    question = read_question(query, terms(query[:_LONGEST_QUESTION])[:_MOST_TERMS], deadline, assistant)
    found = propose(organisation_id, question, language, deadline).ordered(BY_SORT, deadline)
    return [replace(passage, score=found.fit[passage.id]) for passage in found.passages[:limit]]


@contextmanager
def within_turn(deadline: Deadline) -> Iterator[Deadline]:
    """The part of a turn's deadline that searching may take.

    Raises Unavailable where nothing is left of it, and for a search inside that was not answered in time.
    """
    part = Deadline.after(deadline.within(_TURN_SECONDS))
    if part.passed:
        raise Unavailable("no time is left to search the documents")
    try:
        yield part
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("the documents cannot be searched at present") from error


def read_question(text: str, asked: Sequence[Term], deadline: Deadline, assistant: str | None) -> Question:
    """A question whose terms are `asked`, with its vector where that comes in time; without terms it asks nothing."""
    if not asked:
        return Question((), None, SortAsked(""))
    part = Deadline.after(deadline.left() * _SHARE_OF_VECTORS)
    text = text[:_LONGEST_QUESTION]
    return Question(asked, embeddings().of_question(text, part), SortAsked(text), readable_by(assistant))


@dataclass(frozen=True, slots=True)
class Proposed:
    """The ids that the words propose in each of an organisation's languages, best first, and how near vectors are."""

    organisation_id: int
    question: Question
    language: str | None
    by_words: Mapping[str, Sequence[int]]
    similar: Mapping[int, float]

    def ordered(self, order: Ordering, deadline: Deadline) -> Found:
        """The passages that fit the question, all that were weighed.

        Raises sqlalchemy's OperationalError past the deadline.
        """
        passages, ranker = self._weighed(order.weighed, deadline)
        scores = {each.id: ranker.score(each) for each in passages.values()}
        by_rank = sorted((each for each, score in scores.items() if score > 0), key=lambda each: (-scores[each], each))
        ways = (list(self.similar), _woven(list(self.by_words.values())))
        proposed = [[each for each in way if each in passages] for way in ways]
        fit = fused([*proposed, by_rank], _WEIGHTS)
        if self.language is not None:
            own = {each: _OWN_LANGUAGE if passages[each].language == self.language else 0.0 for each in fit}
            fit = {each: (score + own[each]) / (1 + _OWN_LANGUAGE) for each, score in fit.items()}
        best = [
            replace(passages[each], score=scores[each]) for each in sorted(fit, key=lambda each: (-fit[each], each))
        ]
        best = _once(best)
        # What meanings cost is spent only where the words of the question leave something open.
        if not best or ranker.coverage(best[0].text, best[0].heading or "", best[0].title)[0] >= _ALL_SAID:
            return Found(tuple(best), fit)
        evidence = Evidence(self.question.terms, best, ranker)
        logits = likely(
            evidence,
            best,
            order.weights,
            fit=fit,
            similarities=self.similar,
            sought=self.question.sought,
            language=self.language,
        )
        best.sort(key=lambda each: (-logits[each.id], each.id))
        # One alone leads nobody.
        first, second = logits[best[0].id], logits[best[:2][-1].id]
        fit = {each: math.exp((logit - first) / _SPREAD) for each, logit in logits.items()}
        return Found(tuple(best), fit, evidence, first - second)

    def _weighed(self, count: int, deadline: Deadline) -> tuple[dict[int, Passage], Ranker]:
        """The first of what is proposed, and what begins like a word that none of those holds."""
        asked = self.question.terms
        first = _first(count, list(self.similar), *self.by_words.values())
        passages = _read(self.organisation_id, self.question, first, deadline) if first else {}
        ranker = Ranker(asked, list(passages.values()))
        if missing := ranker.missing:
            more = [
                found
                for each in self.by_words
                for found in text_search.beginning_alike(
                    self.organisation_id,
                    missing,
                    each,
                    CANDIDATES,
                    timeout=deadline.left(),
                    assistants=self.question.assistants,
                )
            ]
            if fresh := [each for each in more if each not in passages]:
                passages |= _read(self.organisation_id, self.question, fresh, deadline)
                ranker = Ranker(asked, list(passages.values()))
        return passages, ranker


def _once(passages: Sequence[Passage]) -> list[Passage]:
    """Each text once, under the title with which it fits best: the foot of a site stands on all of its pages."""
    first: dict[tuple[str | None, str], Passage] = {}
    for each in passages:
        first.setdefault((each.heading, each.text), each)
    return list(first.values())


def propose(organisation_id: int, question: Question, language: str | None, deadline: Deadline) -> Proposed:
    """What the words and the vectors propose; `language` comes first where two fit as well.

    Raises sqlalchemy's OperationalError past the deadline.
    """
    if not question.terms:
        return Proposed(organisation_id, question, language, {}, {})
    vectors = _begin(organisation_id, question, deadline)
    # Neither search holds a connection while it waits for something else: few of them serve many.
    by_words = {
        each: text_search.holding(
            organisation_id, question.terms, each, CANDIDATES, timeout=deadline.left(), assistants=question.assistants
        )
        for each in _languages(organisation_id, language, deadline)
    }
    worded = list(dict.fromkeys(chain.from_iterable(by_words.values())))
    similar = _near(organisation_id, vectors, worded, deadline) if vectors else {}
    return Proposed(organisation_id, question, language, by_words, similar)


_SPOKEN = one_trip(
    "SELECT language FROM unnest(CAST(:languages AS text[])) AS languages(language)"
    " WHERE EXISTS (SELECT FROM knowledge_documents AS document"
    " WHERE document.organisation_id = :organisation_id AND document.language = languages.language)",
    timed=True,
)


def _languages(organisation_id: int, first: str | None, deadline: Deadline) -> list[str]:
    """The languages that an organisation has documents in, beginning with `first`."""
    values = {"organisation_id": organisation_id, "languages": list(LANGUAGES)}
    rows = tenant_statement(organisation_id, _SPOKEN, values, timeout=deadline.left())
    return sorted((row.language for row in rows), key=lambda each: (each != first, each))


def _first(count: int, *orders: Sequence[int]) -> list[int]:
    together = fused(orders)
    return sorted(together, key=lambda each: (-together[each], each))[:count]


def _woven(orders: Sequence[Sequence[int]]) -> list[int]:
    """The first of each order, then the second of each, and so on."""
    return [each for rank in zip_longest(*orders) for each in rank if each is not None]


@dataclass(frozen=True, slots=True)
class _Vectors:
    """A search by vectors that is under way."""

    asked: Asked
    nearest: Future[list[Near]]


def _begin(organisation_id: int, question: Question, deadline: Deadline) -> _Vectors | None:
    """Have the nearest vectors looked for, while the words are."""
    if question.vector is None:
        return None
    asked = Asked(str(embeddings().model.name), question.vector, question.assistants)
    store, timeout = vector_store(), deadline.left() * _SHARE_OF_VECTORS
    nearest = vector_threads().begin(lambda: store.nearest(organisation_id, asked, CANDIDATES, timeout=timeout))
    return _Vectors(asked, nearest)


def _near(organisation_id: int, vectors: _Vectors, by_words: Sequence[int], deadline: Deadline) -> dict[int, float]:
    """The passages whose vectors are near the question's, nearest first, by id, none where that cannot be known.

    Those that the words propose are compared, too: the nearest may not be all that are near.
    """
    timeout = deadline.left() * _SHARE_OF_VECTORS
    try:
        near = {each.chunk_id: each.similarity for each in vectors.nearest.result(timeout)}
        if vector_store().remote:
            near = _readable(organisation_id, vectors.asked, near, deadline)
        if others := [each for each in by_words if each not in near]:
            compared = vector_store().similarities(organisation_id, vectors.asked, others, timeout=timeout)
            near |= {each.chunk_id: each.similarity for each in compared}
    except (Unavailable, TimeoutError) as error:
        log.warning("vectors_not_searched", reason=str(error))
        return {}
    least = embeddings().model.least_similarity
    return {each: near[each] for each in sorted(near, key=lambda each: (-near[each], each)) if near[each] >= least}


_READ = one_trip(
    "SELECT chunk.id, chunk.document_id, document.title, chunk.page, chunk.heading, chunk.language, chunk.text"
    " FROM knowledge_chunks AS chunk JOIN knowledge_documents AS document ON document.id = chunk.document_id"
    " WHERE chunk.id = ANY(:ids) AND chunk.assistant = ANY(CAST(:assistants AS text[]))",
    timed=True,
)
_READABLE = one_trip(
    "SELECT id FROM knowledge_chunks WHERE id = ANY(:ids) AND assistant = ANY(CAST(:assistants AS text[]))", timed=True
)


def _readable(organisation_id: int, asked: Asked, near: Mapping[int, float], deadline: Deadline) -> dict[int, float]:
    """Of what a store outside the database proposes, what may be read: it knows nothing of assistants."""
    values = {"ids": list(near), "assistants": list(asked.assistants)}
    rows = tenant_statement(organisation_id, _READABLE, values, timeout=deadline.left())
    return {row.id: near[row.id] for row in rows}


def _read(organisation_id: int, question: Question, ids: Sequence[int], deadline: Deadline) -> dict[int, Passage]:
    """The passages of these ids that there are, and may be read: what was proposed may be deleted since."""
    values = {"ids": list(ids), "assistants": list(question.assistants)}
    rows = tenant_statement(organisation_id, _READ, values, timeout=deadline.left())
    return {row.id: Passage(**row._asdict(), score=0.0) for row in rows}
