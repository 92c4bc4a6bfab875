"""Tables of people on record, of tries at their codes, of certificates and of facts."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, PersonOwned, belongs_to


class RecordPerson(OrganisationOwned, Base):
    """Somebody on record, as a pupil. `reference` is the organisation's own number of them.

    Whoever knows the code, which is kept as a keyed hash, may ask for what is certified of them; `details` are what a
    certificate may say.
    """

    __tablename__ = "record_people"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "reference"),
        sa.UniqueConstraint("organisation_id", "code_hash"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    details: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))


class CodeAttempts(PersonOwned, Base):
    """How often somebody was wrong about codes in a row, and until when they may not try."""

    __tablename__ = "code_attempts"
    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "assistant", "user_id"),)

    wrong: Mapped[int] = mapped_column(server_default=sa.text("0"))
    locked_until: Mapped[datetime | None]


class Certificate(OrganisationOwned, Base):
    """What was certified of somebody, once a day at most of each kind: the paper can be made again from it.

    `check_code` stands on the paper: with the number it proves that the paper is ours.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        belongs_to("record_people", "subject_id"),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "subject_id", "kind", "issued_on"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(64))
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    title: Mapped[str]
    text: Mapped[str]
    signed_by: Mapped[str]
    check_code: Mapped[str] = mapped_column(sa.String(16))
    issued_on: Mapped[date]


class Fact(OrganisationOwned, Base):
    """Something to tell, from one day to another, both included; None for always. `words` are what people ask it by."""

    __tablename__ = "facts"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "title"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str]
    words: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
