"""The table of people who wait for a human."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, PersonOwned


class Handoff(PersonOwned, Base):
    """A request for a human, made by one message (`event_id`), open until somebody resolves it."""

    __tablename__ = "handoff_requests"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open', 'assigned', 'resolved')", name="state"),
        sa.Index(None, "organisation_id", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    reason: Mapped[str]
    summary: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(16), server_default="open")
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    resolved_at: Mapped[datetime | None]
