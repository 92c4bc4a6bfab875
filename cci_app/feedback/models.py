"""The table of what people think of answers, of conversations and of the help of humans."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, PersonOwned

COMMENT_LENGTH = 1_000


class FeedbackKind(StrEnum):
    """A thumb, up (1) or down (-1), for one answer; or 1 to 5 stars for a conversation, or for a human's help."""

    THUMB = "thumb"
    STARS = "stars"


class FeedbackSource(StrEnum):
    """How the person said it."""

    BUTTON = "button"
    EMOJI = "emoji"
    REACTION = "reaction"
    WORDS = "words"
    API = "api"


class Feedback(PersonOwned, Base):
    """What one person thinks of one thing. Stars that were asked for and not given yet have no `value`.

    `event_id` is the receipt of the message whose answer it is about, `run_id` the conversation, `handoff_id` the
    request for a human; `version` is that of the assistant that answered. A person who says it again changes it.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('thumb', 'stars')", name="kind"),
        sa.CheckConstraint("source IN ('button', 'emoji', 'reaction', 'words', 'api')", name="source"),
        sa.CheckConstraint(
            "CASE kind WHEN 'thumb' THEN value IN (-1, 1) AND event_id IS NOT NULL"
            " ELSE (value IS NULL OR value BETWEEN 1 AND 5) AND num_nonnulls(run_id, handoff_id) >= 1 END",
            name="value",
        ),
        sa.Index(
            "uq_feedback_thumb",
            *("organisation_id", "event_id"),
            unique=True,
            postgresql_where=sa.text("kind = 'thumb'"),
        ),
        sa.Index(
            "uq_feedback_run",
            *("organisation_id", "run_id"),
            unique=True,
            postgresql_where=sa.text("kind = 'stars' AND handoff_id IS NULL"),
        ),
        sa.Index(
            "uq_feedback_handoff",
            *("organisation_id", "handoff_id"),
            unique=True,
            postgresql_where=sa.text("handoff_id IS NOT NULL"),
        ),
        sa.Index("ix_feedback_given", "organisation_id", "given_at"),
        sa.Index("ix_feedback_person", "organisation_id", "assistant", "user_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    value: Mapped[int | None] = mapped_column(sa.SmallInteger)
    source: Mapped[str | None] = mapped_column(sa.String(16))
    event_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    run_id: Mapped[uuid.UUID | None]
    handoff_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    version: Mapped[int | None]
    comment: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
