"""The table of how far two sides were brought together."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


class SyncPosition(OrganisationOwned, Base):
    """Up to where the changes of another side were taken in: `cursor` is theirs, `error` what the last round met.

    Whoever brings them together moves `not_before` ahead first, and so holds the row without a lock.
    """

    __tablename__ = "sync_positions"
    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "kind"),)

    kind: Mapped[str] = mapped_column(sa.String(32))
    cursor: Mapped[str | None] = mapped_column(sa.String(1000))
    since: Mapped[datetime]
    not_before: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    error: Mapped[str | None]
