"""Passages that hold the words of a question, best first: PostgreSQL's text search, with a bound on what it reads.

Ranking every passage that holds a frequent word would read most of them. So the rare words propose, and all words
together; the frequent ones only help to put in order what was proposed. How frequent a word is, a sample of the
passages tells.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from cci_app.knowledge.languages import configuration
from cci_app.knowledge.words import Term

# A word in this many of the sample's passages (one in 64 of all) is too frequent to propose by.
_FREQUENT = 6
# Passages that one word proposes at most, and that are put in order by all words.
_MOST_OF_A_WORD = 500
_MOST_RANKED = 120

_BEGINNING = 3

_CANDIDATES = sa.text(
    f"""
    WITH asked AS (
        SELECT number, word, all_words, (
            SELECT count(*) FROM (
                SELECT FROM knowledge_passages
                WHERE id % 64 = 0 AND organisation_id = :organisation_id AND language = :language AND search @@ word
                LIMIT {_FREQUENT}
            ) AS sample
        ) AS sampled
        FROM (
            SELECT number, number = :all_words AS all_words,
                   to_tsquery(CAST(:configuration AS regconfig), written) AS word
            FROM unnest(CAST(:queries AS text[])) WITH ORDINALITY AS queries(written, number)
        ) AS queries
    ), held AS (
        SELECT asked.number, passage.id, count(*) OVER (PARTITION BY asked.number) AS times
        FROM asked CROSS JOIN LATERAL (
            SELECT id FROM knowledge_passages
            WHERE organisation_id = :organisation_id AND language = :language AND search @@ asked.word
            LIMIT {_MOST_OF_A_WORD}
        ) AS passage
        WHERE asked.sampled < {_FREQUENT} OR asked.all_words
    ), proposed AS (
        SELECT id, sum(ln(1 + {_MOST_OF_A_WORD} / times::float)) AS weight FROM held
        GROUP BY id ORDER BY weight DESC, id LIMIT {_MOST_RANKED}
    )
    SELECT id FROM proposed JOIN knowledge_passages USING (id)
    ORDER BY weight + ts_rank_cd(search, to_tsquery(CAST(:configuration AS regconfig), :any_word)) DESC, id
    LIMIT :limit
    """
)


def holding(
    connection: sa.Connection, organisation_id: int, asked: Sequence[Term], language: str, limit: int
) -> list[int]:
    """The ids of passages in `language` that hold words of the terms, best first."""
    words = [_query((term.word, *term.others)) for term in asked]
    return _candidates(connection, organisation_id, words, language, limit, together=True)


def beginning_alike(
    connection: sa.Connection, organisation_id: int, asked: Sequence[Term], language: str, limit: int
) -> list[int]:
    """The ids of passages with words that begin as the terms do: a slip is rarely in a word's first letters."""
    words = [
        _query([word[:_BEGINNING] for word in (term.word, *term.others) if len(word) > _BEGINNING], mark=":*")
        for term in asked
    ]
    words = [word for word in words if word]
    return _candidates(connection, organisation_id, words, language, limit, together=False) if words else []


def _candidates(
    connection: sa.Connection,
    organisation_id: int,
    words: Sequence[str],
    language: str,
    limit: int,
    *,
    together: bool,
) -> list[int]:
    queries = [*words, " & ".join(f"({word})" for word in words)] if together else list(words)
    values = {
        "organisation_id": organisation_id,
        "language": language,
        "configuration": configuration(language),
        "queries": queries,
        "all_words": len(queries) if together else 0,
        "any_word": " | ".join(words),
        "limit": limit,
    }
    return list(connection.scalars(_CANDIDATES, values))


def _query(words: Sequence[str], mark: str = "") -> str:
    """Words as an OR query for to_tsquery; they are tokens, letters a-z and digits, so that quoting them is safe."""
    return " | ".join(f"'{word}'{mark}" for word in dict.fromkeys(words))
