"""The tables of leads: what people want, and which record of a CRM it is."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, PersonOwned

# What stands for a name or a wish that nobody told.
UNTOLD: Final = "–"


class Lead(PersonOwned, Base):
    """Somebody who wants something of the organisation, as they told an assistant.

    `score` is from 1, vague, to 5; `details` say what it is about, as far as an agent of ours knows it.
    """

    __tablename__ = "leads"
    __table_args__ = (sa.Index(None, "organisation_id", "created_at"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(sa.String(160))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    company: Mapped[str | None]
    interest: Mapped[str]
    score: Mapped[int | None] = mapped_column(sa.SmallInteger)
    details: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class LeadRecordState(StrEnum):
    """How a record stands: to be written, its making sent, written, refused by the CRM, or nobody knows."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN = "given"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


class LeadRecord(PersonOwned, Base):
    """A record of a CRM that is what a person wants: the leads from the first to the last one that was taken up.

    `external_id` is what the CRM calls it, None until it was made; `given` has the values that were last written, or
    that are on their way; `changed_at` is the moment of its state.
    """

    __tablename__ = "lead_records"
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'sent', 'given', 'refused', 'uncertain')", name="state"),
        sa.UniqueConstraint("organisation_id", "kind", "first_lead_id"),
        sa.Index(None, "organisation_id", "kind", "assistant", "user_id"),
        sa.Index(
            "ix_lead_records_open",
            *("organisation_id", "kind", "state"),
            postgresql_where=sa.text("state <> 'given'"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    first_lead_id: Mapped[int] = mapped_column(sa.BigInteger)
    last_lead_id: Mapped[int] = mapped_column(sa.BigInteger)
    last_lead_at: Mapped[datetime]
    external_id: Mapped[str | None] = mapped_column(sa.String(255))
    state: Mapped[str] = mapped_column(sa.String(16))
    given: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    changed_at: Mapped[datetime]

    @property
    def key(self) -> str:
        """What we call the record."""
        return f"lead {self.first_lead_id}"
