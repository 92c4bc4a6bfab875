"""The table of assistants that may be written to from the web."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned

ORIGIN_LENGTH = 270


class WebChat(OrganisationOwned, Base):
    """That an assistant may be written to from pages of these origins, and by a link.

    `token` names it to everybody who sees such a page: it is no secret, and it is another one after a renewal.
    """

    __tablename__ = "web_chats"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "assistant"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    assistant: Mapped[str] = mapped_column(sa.String(64))
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    origins: Mapped[list[str]] = mapped_column(ARRAY(sa.String(ORIGIN_LENGTH)))
    has_link: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
