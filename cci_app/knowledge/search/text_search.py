"""Passages that hold the words of a question, best first: PostgreSQL's text search, with a bound on what it reads.

Ranking every passage that holds a frequent word would read most of them. So the rare words propose, and pairs with them
or with the rarest word there is, and all words together; the others only help to put in order what was proposed. Which
words are frequent, a sample of the passages tells; the others are looked for, and so counted.
"""

import re
from collections.abc import Sequence

from cci_app.core.database import one_trip, tenant_statement
from cci_app.knowledge.languages import configuration
from cci_app.knowledge.models import SHARED
from cci_app.knowledge.search.words import Term

# The sample is one passage in 64 (an index of its own). Of a word's in it, no more than this many are counted; one with
# so many is too frequent to propose by.
_COUNTED = 64
_FREQUENT = 6
# The rarest words, which also propose in pairs.
_RAREST = 4
# Passages that are proposed at most by a word or pair, and that are put in order by all words.
_MOST_OF_A_WORD = 500
_MOST_RANKED = 60

_BEGINNING = 3

_REFERENCE = re.compile(r"\A([a-z]+)([0-9]+)")

_CANDIDATES = one_trip(
    f"""
    WITH asked AS (
        SELECT word, number, (
            SELECT count(*) FROM (
                SELECT FROM knowledge_passages
                WHERE id % 64 = 0 AND organisation_id = :organisation_id AND language = :language AND search @@ word
                  AND assistant = ANY(CAST(:assistants AS text[]))
                LIMIT {_COUNTED}
            ) AS sample
        ) AS sampled
        FROM (
            SELECT to_tsquery(CAST(:configuration AS regconfig), written) AS word, number
            FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS words(written, number)
        ) AS words
    ), rare AS (
        SELECT word AS probe, passage.id
        FROM asked CROSS JOIN LATERAL (
            SELECT id FROM knowledge_passages
            WHERE organisation_id = :organisation_id AND language = :language AND search @@ word
                  AND assistant = ANY(CAST(:assistants AS text[]))
            LIMIT {_MOST_OF_A_WORD}
        ) AS passage
        WHERE sampled < {_FREQUENT}
    ), ordered AS (
        SELECT word, sampled, row_number() OVER (
            ORDER BY times, CASE WHEN times IS NULL THEN sampled END, number
        ) AS place
        FROM asked LEFT JOIN (SELECT probe AS word, count(*) AS times FROM rare GROUP BY probe) AS counted USING (word)
        WHERE times IS NOT NULL OR sampled >= {_FREQUENT}
    ), together AS (
        SELECT one.word && other.word AS probe FROM ordered AS one JOIN ordered AS other ON one.place < other.place
        WHERE other.place <= {_RAREST} AND (one.sampled < {_FREQUENT} OR one.place = 1)
        UNION ALL
        SELECT to_tsquery(CAST(:configuration AS regconfig), :all_words)
    ), held AS (
        SELECT id, count(*) OVER (PARTITION BY probe) AS times
        FROM (
            SELECT probe, id FROM rare
            UNION ALL
            SELECT probe, passage.id
            FROM together CROSS JOIN LATERAL (
                SELECT id FROM knowledge_passages
                WHERE organisation_id = :organisation_id AND language = :language AND search @@ probe
                  AND assistant = ANY(CAST(:assistants AS text[]))
                LIMIT {_MOST_OF_A_WORD}
            ) AS passage
        ) AS found
    ), proposed AS (
        SELECT id, round(sum(ln(1 + {_MOST_OF_A_WORD} / times::float))::numeric, 6) AS weight FROM held
        GROUP BY id ORDER BY weight DESC, id LIMIT {_MOST_RANKED}
    )
    SELECT id FROM proposed JOIN knowledge_passages USING (id)
    ORDER BY weight + ts_rank_cd(search, to_tsquery(CAST(:configuration AS regconfig), :any_word))::numeric DESC, id
    LIMIT :limit
    """,
    timed=True,
)


def holding(
    organisation_id: int,
    asked: Sequence[Term],
    language: str,
    limit: int,
    *,
    timeout: float,
    assistants: Sequence[str] = (SHARED,),
) -> list[int]:
    """The ids of passages in `language` that hold words of the terms, best first, of these assistants' documents.

    Raises sqlalchemy's OperationalError after `timeout` seconds.
    """
    words = [_query((term.word, *term.others)) for term in asked]
    return _candidates(organisation_id, words, language, limit, timeout, assistants)


def beginning_alike(
    organisation_id: int,
    asked: Sequence[Term],
    language: str,
    limit: int,
    *,
    timeout: float,
    assistants: Sequence[str] = (SHARED,),
) -> list[int]:
    """The ids of passages with words that begin as the terms do: a slip is rarely in a word's first letters."""
    begun = [
        [word[:_BEGINNING] for word in (term.word, *term.others) if len(word) > _BEGINNING and word.isalpha()]
        for term in asked
    ]
    words = [_query(each, mark=":*") for each in begun if each]
    return _candidates(organisation_id, words, language, limit, timeout, assistants) if words else []


def _candidates(
    organisation_id: int, words: Sequence[str], language: str, limit: int, timeout: float, assistants: Sequence[str]
) -> list[int]:
    values = {
        "organisation_id": organisation_id,
        "language": language,
        "configuration": configuration(language),
        "words": list(words),
        "all_words": " & ".join(f"({word})" for word in words),
        "any_word": " | ".join(words),
        "limit": limit,
        "assistants": list(assistants),
    }
    return [row.id for row in tenant_statement(organisation_id, _CANDIDATES, values, timeout=timeout)]


def _query(words: Sequence[str], mark: str = "") -> str:
    """Words as an OR query for to_tsquery; they are tokens, letters a-z and digits, so that quoting them is safe."""
    return " | ".join(_written(word) + mark for word in dict.fromkeys(words))


def _written(word: str) -> str:
    """A word as a query, or a reference such as co5, which PostgreSQL reads as two words where it is written CO-5."""
    parts = _REFERENCE.fullmatch(word)
    return f"('{word}' | '{parts[1]}' <-> ('{parts[2]}' | '-{parts[2]}'))" if parts else f"'{word}'"
