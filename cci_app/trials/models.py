"""The table of links by which somebody without an account tries an assistant."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned
from cci_app.core.phone import USER_ID_LENGTH

NOTE_LENGTH = 100


class TrialLink(OrganisationOwned, Base):
    """A link to try one assistant until a day: only the SHA-256 of its token is kept.

    `version` is that of the assistant, None for the one that serves; `user_id` is the contact for whom its holder is
    taken, empty for a stranger. `note` says whom it is for.
    """

    __tablename__ = "trial_links"
    __table_args__ = (sa.Index(None, "organisation_id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    assistant: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int | None]
    user_id: Mapped[str] = mapped_column(sa.String(USER_ID_LENGTH), server_default="")
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), server_default="")
    made_by: Mapped[str] = mapped_column(sa.String(254))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
