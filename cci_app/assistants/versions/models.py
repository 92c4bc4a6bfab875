"""The table of what an organisation changes in an assistant of a file."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


class AssistantVersion(OrganisationOwned, Base):
    """A version of an assistant from a file: `changes` to the version `base` of it. It never changes itself.

    `serving` is the one that answers everybody in place of the file, where one does.
    """

    __tablename__ = "assistant_versions"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "assistant", "version"),
        sa.Index(
            "uq_assistant_versions_serving",
            *("organisation_id", "assistant"),
            unique=True,
            postgresql_where=sa.text("serving"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    assistant: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    base: Mapped[int]
    changes: Mapped[dict[str, Any]]
    note: Mapped[str]
    serving: Mapped[bool] = mapped_column(server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
