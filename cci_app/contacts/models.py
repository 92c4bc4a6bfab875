"""Tables of the contact book."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned
from cci_app.core.pseudonyms import PSEUDONYM_LENGTH


class Contact(OrganisationOwned, Base):
    """A person of the contact book, found by phone."""

    __tablename__ = "contacts"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "phone"),
        sa.Index(None, "organisation_id", "national_number"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    phone: Mapped[str] = mapped_column(sa.String(20))
    national_number: Mapped[str] = mapped_column(sa.String(20))
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    company: Mapped[str | None]
    role: Mapped[str | None]
    sector: Mapped[str | None]
    city: Mapped[str | None]
    email: Mapped[str | None]
    membership: Mapped[str | None]
    description: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ContactMark(OrganisationOwned, Base):
    """What a person asked for themselves, by their pseudonym; it outlasts their contact and their conversations.

    `receipt_id` is the message that said so, None where an admin did. `erased_at` is when their data were erased.
    """

    __tablename__ = "contact_marks"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "person"),
        sa.CheckConstraint("wish IN ('leave_alone', 'erase', 'wrong_person', 'gone')", name="wish"),
        sa.Index(
            "ix_contact_marks_erased", "organisation_id", "erased_at", postgresql_where=sa.text("erased_at IS NOT NULL")
        ),
    )

    person: Mapped[str] = mapped_column(sa.String(PSEUDONYM_LENGTH))
    wish: Mapped[str] = mapped_column(sa.String(16))
    receipt_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    marked_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    erased_at: Mapped[datetime | None]
