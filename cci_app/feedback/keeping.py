"""Writing down what people think, in the transaction of whoever heard it. The last word counts."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.feedback.models import Feedback, FeedbackKind, FeedbackSource


@dataclass(frozen=True, slots=True)
class Given:
    """What was said of it, how, and when; `version` is that of the assistant that answered."""

    value: int
    source: FeedbackSource
    at: datetime
    version: int | None = None
    comment: str | None = None


def keep_thumb(session: Session, person: Mapping[str, Any], event_id: int, given: Given) -> int:
    """A thumb for the answer to the message of that receipt, in place of one before; its id."""
    what = {"kind": FeedbackKind.THUMB, "event_id": event_id}
    return _keep(session, person, what, given, ["organisation_id", "event_id"], Feedback.kind == "thumb")


def keep_stars(session: Session, person: Mapping[str, Any], run_id: uuid.UUID, given: Given) -> int:
    """1 to 5 for a conversation, in place of those before; its id."""
    what = {"kind": FeedbackKind.STARS, "run_id": run_id}
    one = sa.and_(Feedback.kind == "stars", Feedback.handoff_id.is_(None))
    return _keep(session, person, what, given, ["organisation_id", "run_id"], one)


def ask_stars(
    session: Session,
    person: Mapping[str, Any],
    at: datetime,
    *,
    run_id: uuid.UUID | None = None,
    handoff_id: int | None = None,
    version: int | None = None,
) -> int | None:
    """Note that the person is asked for 1 to 5; the id of the question, None where they were asked or said it before.

    It is about a conversation, or a request for a human.
    """
    new = insert(Feedback).values(
        **person,
        kind=FeedbackKind.STARS,
        run_id=run_id,
        handoff_id=handoff_id,
        version=version,
        asked_at=at,
    )
    asked: int | None = session.scalar(new.on_conflict_do_nothing().returning(Feedback.id))
    return asked


def _keep(
    session: Session,
    person: Mapping[str, Any],
    what: Mapping[str, Any],
    given: Given,
    unique: list[str],
    one: sa.ColumnElement[bool],
) -> int:
    values = {
        "value": given.value,
        "source": given.source,
        "given_at": given.at,
        "version": given.version,
        "comment": given.comment,
    }
    new = insert(Feedback).values(**person, **what, **values)
    kept = new.on_conflict_do_update(
        index_elements=unique,
        index_where=one,
        # What was written to it stays when a thumb alone is given again.
        set_={**values, "comment": sa.func.coalesce(new.excluded.comment, Feedback.comment)},
    )
    feedback_id: int = session.execute(kept.returning(Feedback.id)).scalar_one()
    return feedback_id
