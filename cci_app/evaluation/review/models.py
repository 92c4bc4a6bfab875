"""The tables of conversations that humans judge."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned, belongs_to

COMMENT_LENGTH = 1_000


class ReviewSample(PersonOwned, Base):
    """A conversation that was drawn to be judged, with the version that answered it last."""

    __tablename__ = "review_samples"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "run_id", name="uq_review_samples_run"),
        sa.UniqueConstraint("organisation_id", "id", name="uq_review_samples_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    run_id: Mapped[uuid.UUID]
    version: Mapped[int | None]
    drawn_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ReviewMark(OrganisationOwned, Base):
    """What one human says of it: whether the person got what they wanted, and whether all that was said was right."""

    __tablename__ = "review_marks"
    __table_args__ = (
        belongs_to("review_samples", "sample_id"),
        sa.UniqueConstraint("organisation_id", "sample_id", "reviewer", name="uq_review_marks_reviewer"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(sa.BigInteger)
    reviewer: Mapped[str] = mapped_column(sa.String(64))
    served: Mapped[bool]
    correct: Mapped[bool]
    comment: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
