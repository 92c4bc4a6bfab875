"""What members answered to an assistant's questions: how often each was answered, how, and the answers themselves."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from cci_app.agents.ports import AnswerStatus
from cci_app.conversation.models import Answer, ConversationRun
from cci_app.core.database import tenant_transaction

PAGE_SIZE = 50


def count_answers(organisation_id: int, assistant: str) -> dict[int, dict[str, int]]:
    """How many answers of each status there are, by question."""
    counted = (
        sa.select(Answer.question, Answer.status, sa.func.count())
        .where(Answer.organisation_id == organisation_id, Answer.assistant == assistant)
        .group_by(Answer.question, Answer.status)
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(AnswerStatus, 0))
    with tenant_transaction(organisation_id) as session:
        for question, status, count in session.execute(counted):
            found[question][status] = count
    return dict(found)


def list_answers(
    organisation_id: int,
    assistant: str,
    question: int,
    *,
    status: str | None = None,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[dict[str, Any]]:
    """The newest answers to a question, older than the answer `before`, with who gave them."""
    chosen = [
        Answer.organisation_id == organisation_id,
        Answer.assistant == assistant,
        Answer.question == question,
    ]
    if status is not None:
        chosen.append(Answer.status == status)
    if before is not None:
        chosen.append(Answer.id < before)
    answers = (
        sa.select(
            *(getattr(Answer, name) for name in ("id", "text", "status", "answered_at")),
            Answer.run_id.label("conversation_id"),
            *(getattr(ConversationRun, name) for name in ("user_id", "contact_name")),
            ConversationRun.client_company.label("company"),
            ConversationRun.detected_language.label("language"),
        )
        .join(
            ConversationRun,
            sa.and_(ConversationRun.id == Answer.run_id, ConversationRun.organisation_id == Answer.organisation_id),
        )
        .where(*chosen)
        .order_by(Answer.id.desc())
        .limit(limit)
    )
    with tenant_transaction(organisation_id) as session:
        return [{**row} for row in session.execute(answers).mappings()]
