"""Answers that the organisation writes itself: kept, changed, and given before any document is looked into."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.audit import record
from cci_app.core.database import one_trip, tenant_statement, tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.knowledge.learning.alike import KnownQuestions
from cci_app.knowledge.learning.unanswered import Settled, settle
from cci_app.knowledge.models import SHARED, CorrectedAnswer, readable_by
from cci_app.knowledge.search.passage import Answer, Source
from cci_app.knowledge.search.retrieval import within_turn

MOST_EXAMPLES = 20
# Of an organisation, those that are compared; some 2 KB each.
_MOST_KNOWN = 500
_LONGEST_TITLE = 120
_LAST_CLAUSE = re.compile(r"[^.,;:!?…\n]+\?")

# What there is changes with the day, too.
_STAMP = one_trip(
    "SELECT count(a.id) AS count, max(a.updated_at) AS changed,"
    " (clock_timestamp() AT TIME ZONE (SELECT timezone FROM organisations WHERE id = :organisation_id))::date AS today"
    " FROM corrected_answers a WHERE a.organisation_id = :organisation_id",
    timed=True,
)


class Answering(Protocol):
    """What answers where no corrected answer does."""

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
        """See `agents.ports.Answerer`."""
        ...


class CorrectedFirst:
    """Gives the organisation's own answer where it wrote one to the question; else another answerer answers."""

    def __init__(self, then: Answering, assistant: str | None) -> None:
        self._then = then
        self._assistant = assistant

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
        """See `agents.ports.Answerer`. Raises Unavailable."""
        return find_corrected(organisation_id, self._assistant, question, language, deadline) or self._then.answer(
            organisation_id, question, language, deadline, about=about, or_nearest=or_nearest
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """An organisation's answers as they are compared: `owners` has the answer of each example."""

    questions: KnownQuestions
    owners: Sequence[int]
    answers: Mapping[int, Mapping[str, str]]
    titles: Mapping[int, str]


def find_corrected(
    organisation_id: int, assistant: str | None, question: str, language: str, deadline: Deadline
) -> Answer | None:
    """The organisation's own answer to a question, in `language` where it has one; None where none fits.

    Raises Unavailable where they cannot be looked for in time.
    """
    with within_turn(deadline) as part:
        values = {"organisation_id": organisation_id}
        (stamp,) = tenant_statement(organisation_id, _STAMP, values, timeout=part.left())
        if not stamp.count:
            return None
        known = _known(organisation_id, assistant, stamp.count, stamp.changed, stamp.today)
    # What stands before the question is often something else.
    clauses = _LAST_CLAUSE.findall(question)
    for text in dict.fromkeys((*clauses[-1:], question)):
        same = known.questions.same(text)
        if same is not None:
            answer_id = known.owners[same[0]]
            texts = known.answers[answer_id]
            said = texts.get(language) or next(iter(texts.values()))
            return Answer(said, (Source(0, known.titles[answer_id], None, answer_id=answer_id),))
    return None


@lru_cache(maxsize=16)
def _known(organisation_id: int, assistant: str | None, count: int, changed: datetime, today: date) -> _Known:  # noqa: ARG001 (what they stand for)
    valid = sa.select(CorrectedAnswer).where(
        CorrectedAnswer.organisation_id == organisation_id,
        CorrectedAnswer.assistant.in_(readable_by(assistant)),
        sa.or_(CorrectedAnswer.valid_from.is_(None), CorrectedAnswer.valid_from <= today),
        sa.or_(CorrectedAnswer.valid_until.is_(None), CorrectedAnswer.valid_until >= today),
    )
    with tenant_transaction(organisation_id) as session:
        # An assistant's own answer before that of all.
        newest = valid.order_by(CorrectedAnswer.assistant.desc(), CorrectedAnswer.id.desc()).limit(_MOST_KNOWN)
        rows = session.scalars(newest).all()
    pairs = [(row.id, example) for row in rows for example in row.examples][:_MOST_KNOWN]
    return _Known(
        KnownQuestions([example for _, example in pairs]),
        [answer_id for answer_id, _ in pairs],
        {row.id: row.answer for row in rows},
        {row.id: str(row.examples[0])[:_LONGEST_TITLE] for row in rows},
    )


def add_answer(organisation_id: int, given: Mapping[str, Any], questions: Sequence[int] = ()) -> CorrectedAnswer:
    """Keep an answer, and settle those unanswered questions by it. Raises InvalidInput."""
    with tenant_transaction(organisation_id) as session:
        made = CorrectedAnswer(organisation_id=organisation_id, **_checked(given))
        session.add(made)
        settled = settle(session, organisation_id, questions, Settled.ANSWER)
        session.flush()
        session.refresh(made)
        record(session, organisation_id, "answer.added", f"answer:{made.id}", {"questions": settled})
    return made


def change_answer(organisation_id: int, answer_id: int, given: Mapping[str, Any]) -> CorrectedAnswer:
    """Write an answer anew. Raises NotFound, InvalidInput."""
    with tenant_transaction(organisation_id) as session:
        found = _find(session, organisation_id, answer_id, lock=True)
        for name, value in _checked(given).items():
            setattr(found, name, value)
        found.updated_at = sa.func.clock_timestamp()
        session.flush()
        session.refresh(found)
        record(session, organisation_id, "answer.changed", f"answer:{answer_id}")
    return found


def remove_answer(organisation_id: int, answer_id: int) -> None:
    """Remove an answer: documents answer again. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        # Of two who remove it at once the second waits, and finds none.
        session.delete(_find(session, organisation_id, answer_id, lock=True))
        record(session, organisation_id, "answer.removed", f"answer:{answer_id}")


def find_answer(organisation_id: int, answer_id: int) -> CorrectedAnswer:
    """The organisation's answer with that id. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _find(session, organisation_id, answer_id)


def list_answers(organisation_id: int, before: int | None = None, limit: int = 50) -> Sequence[CorrectedAnswer]:
    """The organisation's answers, newest first; `before` is the id of one, left out."""
    chosen = sa.select(CorrectedAnswer).where(CorrectedAnswer.organisation_id == organisation_id)
    if before is not None:
        chosen = chosen.where(CorrectedAnswer.id < before)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(CorrectedAnswer.id.desc()).limit(limit)).all()


def _find(session: Session, organisation_id: int, answer_id: int, *, lock: bool = False) -> CorrectedAnswer:
    found = session.get(CorrectedAnswer, answer_id, with_for_update=lock)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound("there is no such answer")
    return found


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    begins, ends = given.get("valid_from"), given.get("valid_until")
    if begins and ends and ends < begins:
        raise InvalidInput(
            "the answer ends before it begins", details={"valid_until": [f"Not before valid_from ({begins})."]}
        )
    return {
        "assistant": given.get("assistant") or SHARED,
        "examples": list(dict.fromkeys(given["examples"])),
        "answer": {language: text for language, text in given["answer"].items() if text},
        "valid_from": begins,
        "valid_until": ends,
    }
