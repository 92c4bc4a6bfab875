"""Drawing conversations, handing them out one by one, and what those who read them say."""

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from cci_app.accounts.caller import Caller
from cci_app.assistants.experiments.statistics import kappa
from cci_app.conversation.models import Conversation, ConversationRun
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import NotFound
from cci_app.evaluation.review.models import ReviewMark, ReviewSample

# Each is judged by two, so that it can be told how far they agree.
READERS: Final = 2
MOST_DRAWN: Final = 200
DAYS: Final = 30


def draw(organisation_id: int, assistant: str, count: int, version: int | None = None) -> int:
    """Draw conversations of the last thirty days that were not drawn before, each as likely; how many there were."""
    last = (
        sa.select(Conversation.version)
        .where(Conversation.organisation_id == ConversationRun.organisation_id)
        .where(Conversation.run_id == ConversationRun.id, Conversation.kind == "message")
        # Not by the bare id: where one conversation is very long PostgreSQL reads all messages backwards for each.
        .order_by((Conversation.id + 0).desc())
        .limit(1)
        .scalar_subquery()
    )
    known = sa.select(ReviewSample.run_id).where(ReviewSample.organisation_id == organisation_id)
    columns = (ConversationRun.organisation_id, ConversationRun.assistant, ConversationRun.user_id, ConversationRun.id)
    drawn = sa.select(*columns, last.label("version")).where(
        ConversationRun.organisation_id == organisation_id,
        ConversationRun.assistant == assistant,
        ConversationRun.last_message_at >= clock.now() - timedelta(days=DAYS),
        ConversationRun.id.not_in(known),
    )
    if version is not None:
        drawn = drawn.where(last == version)
    names = ("organisation_id", "assistant", "user_id", "run_id", "version")
    rows = insert(ReviewSample).from_select(names, drawn.order_by(sa.func.random()).limit(count))
    with tenant_transaction(organisation_id) as session:
        made = len(session.scalars(rows.on_conflict_do_nothing().returning(ReviewSample.id)).all())
        record(session, organisation_id, "reviews.drawn", f"assistant:{assistant}", {"count": made})
    return made


def next_sample(caller: Caller, assistant: str | None = None) -> dict[str, Any] | None:
    """The next conversation for whoever asks: of those that they have not judged, one that somebody else has first.

    None where there is none left for them.
    """
    marks = sa.select(sa.func.count()).where(
        ReviewMark.organisation_id == ReviewSample.organisation_id, ReviewMark.sample_id == ReviewSample.id
    )
    count = marks.scalar_subquery()
    mine = marks.where(ReviewMark.reviewer == caller.who).scalar_subquery()
    waiting = sa.select(ReviewSample.id, ReviewSample.run_id, ReviewSample.assistant, count.label("marks")).where(
        ReviewSample.organisation_id == caller.organisation_id, mine == 0, count < READERS
    )
    if assistant:
        waiting = waiting.where(ReviewSample.assistant == assistant)
    with tenant_transaction(caller.organisation_id) as session:
        row = session.execute(waiting.order_by(sa.text("marks DESC"), ReviewSample.id).limit(1)).one_or_none()
    return None if row is None else {"id": row.id, "conversation_id": row.run_id, "assistant": row.assistant}


def judge(caller: Caller, sample_id: int, *, served: bool, correct: bool, comment: str | None = None) -> dict[str, Any]:
    """Say what one thinks of a conversation that was drawn; saying it again changes it. Raises NotFound."""
    values = {"served": served, "correct": correct, "comment": comment, "created_at": clock.now()}
    whose = {"organisation_id": caller.organisation_id, "sample_id": sample_id, "reviewer": caller.who}
    with tenant_transaction(caller.organisation_id) as session:
        drawn = sa.select(ReviewSample.id).where(
            ReviewSample.organisation_id == caller.organisation_id, ReviewSample.id == sample_id
        )
        if session.scalar(drawn.with_for_update()) is None:
            raise NotFound("this conversation was not drawn, or is kept no longer")
        new = insert(ReviewMark).values(**whose, **values)
        unique = ["organisation_id", "sample_id", "reviewer"]
        session.execute(new.on_conflict_do_update(index_elements=unique, set_=values))
        record(session, caller.organisation_id, "review.given", f"review:{sample_id}")
    return {"id": sample_id, "served": served, "correct": correct, "comment": comment}


def review_figures(organisation_id: int, assistant: str | None = None) -> dict[str, Any]:
    """What was found, by version, and how far those who judged the same conversation agree (Cohen's kappa)."""
    judged = (
        sa.select(
            ReviewSample.id,
            ReviewSample.assistant,
            ReviewSample.version,
            ReviewMark.reviewer,
            ReviewMark.served,
            ReviewMark.correct,
        )
        .outerjoin(
            ReviewMark,
            sa.and_(
                ReviewMark.organisation_id == ReviewSample.organisation_id, ReviewMark.sample_id == ReviewSample.id
            ),
        )
        .where(ReviewSample.organisation_id == organisation_id)
        .order_by(ReviewSample.id, ReviewMark.id)
    )
    if assistant:
        judged = judged.where(ReviewSample.assistant == assistant)
    samples: dict[int, list[Any]] = defaultdict(list)
    with tenant_transaction(organisation_id) as session:
        for row in session.execute(judged):
            samples[row.id].append(row)
    marks = [row for rows in samples.values() for row in rows if row.reviewer is not None]
    # Those who judged it first and second, in the order of their names: a kappa is of two readers, whoever was first.
    pairs = [sorted(rows[:READERS], key=lambda row: row.reviewer) for rows in samples.values() if len(rows) >= READERS]
    versions: dict[tuple[str, int | None], list[Any]] = defaultdict(list)
    for row in marks:
        versions[row.assistant, row.version].append(row)
    return {
        "drawn": len(samples),
        "judged": sum(rows[0].reviewer is not None for rows in samples.values()),
        "twice": len(pairs),
        "kappa_served": kappa([(one.served, other.served) for one, other in pairs]),
        "kappa_correct": kappa([(one.correct, other.correct) for one, other in pairs]),
        "versions": [
            {"assistant": key[0], "version": key[1], "marks": len(rows), **_shares(rows)}
            for key, rows in sorted(versions.items(), key=lambda item: (item[0][0], item[0][1] or 0))
        ],
    }


def _shares(rows: list[Any]) -> dict[str, float]:
    return {name: sum(getattr(row, name) for row in rows) / len(rows) for name in ("served", "correct")}
