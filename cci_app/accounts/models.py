"""Tables of organisations and of the keys that speak for them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned
from cci_app.language.detect import ADMIN_LANGUAGES


class Organisation(Base):
    """A tenant. `slug` is its short name in commands and addresses.

    Exports are headed in its language, and tell moments, days and hours in its time zone.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        sa.CheckConstraint(f"language IN ({', '.join(map(repr, ADMIN_LANGUAGES))})", name="language"),
        # PostgreSQL raises an error of its own for a zone that it does not know.
        sa.CheckConstraint("timezone(timezone, TIMESTAMP '2000-01-01') IS NOT NULL", name="timezone"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(2), server_default="es")
    timezone: Mapped[str] = mapped_column(sa.String(64), server_default="America/Bogota")
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ApiKey(OrganisationOwned, Base):
    """A key of the API: only its SHA-256 and a prefix that people may see are kept."""

    __tablename__ = "api_keys"
    __table_args__ = (sa.Index(None, "organisation_id", "name"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    prefix: Mapped[str] = mapped_column(sa.String(16))
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(sa.String(32)))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    revoked_at: Mapped[datetime | None]
