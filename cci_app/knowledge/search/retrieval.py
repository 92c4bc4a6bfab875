"""The passages of an organisation's documents that fit a question: by their words, by their vectors, by both."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

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
from cci_app.knowledge.search.evidence import Evidence, likely
from cci_app.knowledge.search.passage import Passage
from cci_app.knowledge.search.ranking import Ranker, fused
from cci_app.knowledge.search.words import Term, terms
from cci_app.llm.embeddings import embeddings
from cci_app.llm.vectors import Vector

log = structlog.get_logger(__name__)

# Passages that each way of searching proposes.
CANDIDATES = 40

# Of those, how many are read and weighed word by word.
_WEIGHED = 24

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
class Question:
    """What is looked for: its terms, its vector where there is one, and whose documents are read."""

    terms: Sequence[Term]
    vector: Vector | None
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
    found = find(organisation_id, question, language, deadline)
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
        return Question((), None)
    part = Deadline.after(deadline.left() * _SHARE_OF_VECTORS)
    return Question(asked, embeddings().of_question(text[:_LONGEST_QUESTION], part), readable_by(assistant))


def find(organisation_id: int, question: Question, language: str | None, deadline: Deadline) -> Found:
    """The passages that fit a question, all that were weighed; `language` breaks ties.

    Raises sqlalchemy's OperationalError past the deadline.
    """
    asked = question.terms
    if not asked:
        return Found((), {})
    vectors = _begin(organisation_id, question, deadline)
    # Neither search holds a connection while it waits for something else: few of them serve many.
    spoken = _languages(organisation_id, language, deadline)
    by_words = [
        text_search.holding(
            organisation_id, asked, each, CANDIDATES, timeout=deadline.left(), assistants=question.assistants
        )
        for each in spoken
    ]
    worded = list(dict.fromkeys(chain.from_iterable(by_words)))
    similar = _near(organisation_id, vectors, worded, deadline) if vectors else {}
    near = list(similar)
    passages = _read(organisation_id, question, _first(_WEIGHED, near, *by_words), deadline)
    ranker = Ranker(asked, list(passages.values()))
    if missing := ranker.missing:
        more = [
            found
            for each in spoken
            for found in text_search.beginning_alike(
                organisation_id, missing, each, CANDIDATES, timeout=deadline.left(), assistants=question.assistants
            )
        ]
        if fresh := [each for each in more if each not in passages]:
            passages |= _read(organisation_id, question, fresh, deadline)
            ranker = Ranker(asked, list(passages.values()))
    scores = {each.id: ranker.score(each) for each in passages.values()}
    by_rank = sorted((each for each, score in scores.items() if score > 0), key=lambda each: (-scores[each], each))
    proposed = [[each for each in order if each in passages] for order in (near, _woven(by_words))]
    fit = fused([*proposed, by_rank], _WEIGHTS)
    if language is not None:
        own = {each: _OWN_LANGUAGE if passages[each].language == language else 0.0 for each in fit}
        fit = {each: (score + own[each]) / (1 + _OWN_LANGUAGE) for each, score in fit.items()}
    best = sorted((passages[each] for each in fit), key=lambda each: (-fit[each.id], each.id))
    # What meanings cost is spent only where the words of the question leave something open.
    if not best or ranker.coverage(best[0].text, best[0].heading or "", best[0].title)[0] >= _ALL_SAID:
        return Found(tuple(replace(each, score=scores[each.id]) for each in best), fit)
    evidence = Evidence(asked, best, ranker)
    logits = likely(evidence, best, fit, similar, language)
    best.sort(key=lambda each: (-logits[each.id], each.id))
    # One alone leads nobody.
    first, second = logits[best[0].id], logits[best[:2][-1].id]
    fit = {each: math.exp((logit - first) / _SPREAD) for each, logit in logits.items()}
    return Found(tuple(replace(each, score=scores[each.id]) for each in best), fit, evidence, first - second)


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
