"""The passages of an organisation's documents that fit a question."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.database import tenant_transaction
from cci_app.knowledge.languages import LANGUAGES, configuration
from cci_app.knowledge.models import KnowledgeChunk, KnowledgeDocument
from cci_app.knowledge.passage import Passage
from cci_app.knowledge.ranking import Ranker
from cci_app.knowledge.words import Term, terms

_CANDIDATES = 40
_LONGEST_QUESTION = 4096
_MOST_TERMS = 24
_BEGINNING = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Passages of one language, best first, and the ranker that put them in order."""

    passages: tuple[Passage, ...]
    ranker: Ranker


def search(
    organisation_id: int, query: str, language: str, limit: int = 5, *, timeout: float | None = None
) -> list[Passage]:
    """The passages that fit `query` best, at most `limit`: those in `language` first, then those in another one.

    A word of the query that only resembles one of the documents (another form, a slip, no accents) finds it too.
    Nothing fits: an empty list. `timeout` bounds each statement, in seconds; past it, sqlalchemy's OperationalError.
    """
    asked = terms(query[:_LONGEST_QUESTION])[:_MOST_TERMS]
    languages = [language, *(other for other in LANGUAGES if other != language)]
    passages: list[Passage] = []
    for each in languages:
        if len(passages) < limit:
            passages += find(organisation_id, asked, each, timeout=timeout).passages
    return passages[:limit]


def find(organisation_id: int, asked: Sequence[Term], language: str, *, timeout: float | None = None) -> Found:
    """The passages in `language` that fit the terms, all that were weighed, best first."""
    if not asked:
        return Found((), Ranker(asked, ()))
    with tenant_transaction(organisation_id) as session:
        if timeout is not None:
            milliseconds = str(max(1, int(timeout * 1000)))
            session.execute(sa.select(sa.func.set_config("statement_timeout", milliseconds, True)))
        words = [word for term in asked for word in (term.word, *term.others)]
        candidates = _candidates(session, organisation_id, _query(words), language)
        ranker = _ranker(asked, candidates)
        if missing := ranker.missing:
            # A slip is rarely in a word's first letters: look for what begins alike, and let the ranker judge.
            begun = [
                word[:_BEGINNING] for term in missing for word in (term.word, *term.others) if len(word) > _BEGINNING
            ]
            known = {chunk.id for chunk in candidates}
            more = _candidates(session, organisation_id, _query(begun, beginning=True), language) if begun else []
            candidates += [chunk for chunk in more if chunk.id not in known]
            ranker = _ranker(asked, candidates)
    passages = [_passage(chunk, ranker) for chunk in candidates]
    ranked = sorted((each for each in passages if each.score > 0), key=lambda each: each.score, reverse=True)
    return Found(tuple(ranked), ranker)


def _ranker(asked: Sequence[Term], candidates: Sequence[sa.Row[tuple[object, ...]]]) -> Ranker:
    return Ranker(asked, [f"{chunk.title} {chunk.heading or ''} {chunk.text}" for chunk in candidates])


def _query(words: Sequence[str], *, beginning: bool = False) -> str:
    """Words as an OR query for to_tsquery; they are tokens, letters a-z and digits, so that quoting them is safe."""
    mark = ":*" if beginning else ""
    return " | ".join(f"'{word}'{mark}" for word in dict.fromkeys(words))


def _candidates(
    session: Session, organisation_id: int, query: str, language: str
) -> list[sa.Row[tuple[int, int, str, int | None, str | None, str, str]]]:
    asked = sa.func.to_tsquery(sa.cast(configuration(language), sa.dialects.postgresql.REGCONFIG), query)
    statement = (
        sa.select(
            KnowledgeChunk.id,
            KnowledgeChunk.document_id,
            KnowledgeDocument.title,
            KnowledgeChunk.page,
            KnowledgeChunk.heading,
            KnowledgeChunk.language,
            KnowledgeChunk.text,
        )
        .join(KnowledgeDocument, KnowledgeDocument.id == KnowledgeChunk.document_id)
        .where(
            KnowledgeChunk.organisation_id == organisation_id,
            KnowledgeChunk.language == language,
            KnowledgeChunk.search.op("@@")(asked),
        )
        .order_by(sa.func.ts_rank_cd(KnowledgeChunk.search, asked).desc(), KnowledgeChunk.id)
        .limit(_CANDIDATES)
    )
    return list(session.execute(statement))


def _passage(chunk: sa.Row[tuple[int, int, str, int | None, str | None, str, str]], ranker: Ranker) -> Passage:
    return Passage(
        document_id=chunk.document_id,
        title=chunk.title,
        page=chunk.page,
        heading=chunk.heading,
        language=chunk.language,
        text=chunk.text,
        score=ranker.score(chunk.text, chunk.heading or "", chunk.title),
    )
