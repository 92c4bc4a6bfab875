"""The table of experiments."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


class ExperimentState(StrEnum):
    """Whether people get the candidate; a guard rail stopped it, somebody did, or everybody has it now."""

    RUNNING = "running"
    GUARDED = "guarded"
    STOPPED = "stopped"
    ADOPTED = "adopted"


class Goal(StrEnum):
    """What a person does that counts for the version that they have.

    `lead`: was kept as one; `completed`: answered all questions; `handoff`: asked for a human; `unaided`: did not;
    `thumb`: found an answer good, and none bad.
    """

    LEAD = "lead"
    COMPLETED = "completed"
    HANDOFF = "handoff"
    UNAIDED = "unaided"
    THUMB = "thumb"


class Experiment(OrganisationOwned, Base):
    """Two versions of an assistant beside each other, at most one pair at a time.

    A `share` of the people who begin a conversation get the candidate. What a person did counts in the `window_hours`
    after their first message; `planned` is about how many people it is meant for.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        sa.CheckConstraint("state IN ('running', 'guarded', 'stopped', 'adopted')", name="state"),
        sa.CheckConstraint("goal IN ('lead', 'completed', 'handoff', 'unaided', 'thumb')", name="goal"),
        sa.CheckConstraint("share > 0 AND share < 1", name="share"),
        sa.CheckConstraint("control <> candidate", name="versions"),
        sa.Index(
            "uq_experiments_running",
            *("organisation_id", "assistant"),
            unique=True,
            postgresql_where=sa.text("state = 'running'"),
        ),
        sa.Index(None, "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    assistant: Mapped[str] = mapped_column(sa.String(64))
    control: Mapped[int]
    candidate: Mapped[int]
    share: Mapped[float] = mapped_column(sa.Float)
    goal: Mapped[str] = mapped_column(sa.String(16))
    window_hours: Mapped[int]
    planned: Mapped[int]
    note: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(16), server_default=ExperimentState.RUNNING.value)
    reason: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    ended_at: Mapped[datetime | None]
