"""What people asked and nothing answered: grouped by likeness, until somebody settles it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.knowledge.documents import register
from cci_app.knowledge.learning.alike import together
from cci_app.knowledge.models import UnansweredQuestion

# The newest that are not settled are grouped, in about a second.
_GROUPED = 300


class Settled(StrEnum):
    """How a question was settled."""

    ANSWER = "answer"
    DOCUMENT = "document"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that ask about the same, the newest first, in the words of the newest."""

    question: str
    language: str | None
    assistant: str
    count: int
    people: int
    last_at: datetime
    questions: Sequence[dict[str, Any]]


def unanswered(organisation_id: int, assistant: str | None = None, limit: int = 50) -> list[QuestionGroup]:
    """The organisation's unanswered questions in groups, the most asked first, at most `limit` of them."""
    open_ones = sa.select(UnansweredQuestion).where(
        UnansweredQuestion.organisation_id == organisation_id, UnansweredQuestion.settled_as.is_(None)
    )
    if assistant is not None:
        open_ones = open_ones.where(UnansweredQuestion.assistant == assistant)
    newest = open_ones.order_by(UnansweredQuestion.asked_at.desc(), UnansweredQuestion.id.desc()).limit(_GROUPED)
    with tenant_transaction(organisation_id) as session:
        rows = session.scalars(newest).all()
    groups = [[rows[number] for number in numbers] for numbers in together([row.question for row in rows])]
    return [_group(group) for group in groups[:limit]]


def _group(rows: Sequence[UnansweredQuestion]) -> QuestionGroup:
    newest = rows[0]
    asked = [{name: getattr(row, name) for name in ("id", "question", "language", "asked_at")} for row in rows]
    people = len({row.user_id for row in rows})
    return QuestionGroup(
        newest.question, newest.language, newest.assistant, len(rows), people, newest.asked_at, questions=asked
    )


def settle(session: Session, organisation_id: int, questions: Sequence[int], how: Settled) -> int:
    """Settle those of the questions that are open still, in the session's transaction; how many those were.

    Somebody else may have settled one meanwhile, and whoever asked may have been erased.
    """
    if not questions:
        return 0
    settled = session.scalars(
        sa.update(UnansweredQuestion)
        .where(
            UnansweredQuestion.organisation_id == organisation_id,
            UnansweredQuestion.id.in_(questions),
            UnansweredQuestion.settled_as.is_(None),
        )
        .values(settled_as=how, settled_at=sa.func.clock_timestamp())
        .returning(UnansweredQuestion.id)
    )
    return len(settled.all())


def dismiss(organisation_id: int, questions: Sequence[int]) -> int:
    """Settle questions that need no answer; how many of them were open."""
    with tenant_transaction(organisation_id) as session:
        settled = settle(session, organisation_id, questions, Settled.DISMISSED)
        record(session, organisation_id, "questions.dismissed", "questions", {"questions": settled})
    return settled


def write_document(
    organisation_id: int, questions: Sequence[int], text: str, said: register.Said, request_id: str | None
) -> dict[str, Any]:
    """Make a document that answers those questions, as `register.find_document` shows it."""
    with tenant_transaction(organisation_id) as session:
        settle(session, organisation_id, questions, Settled.DOCUMENT)
    document_id, _ = register.add_text(organisation_id, text, said, request_id)
    return register.find_document(organisation_id, document_id)
