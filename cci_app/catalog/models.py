"""Tables of catalogues and of their rows."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to

KEY_LENGTH = 80


class CatalogTable(OrganisationOwned, Base):
    """A table of an organisation. `known` is what its rows hold: the values of choices, the span of numbers."""

    __tablename__ = "catalog_tables"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "name"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    declaration: Mapped[dict[str, Any]]
    known: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    row_count: Mapped[int] = mapped_column(server_default=sa.text("0"))
    loaded_at: Mapped[datetime | None]


class CatalogItem(OrganisationOwned, Base):
    """A row: `key` tells it from the others, `position` is its place in the file, `values` are by attribute.

    Numbers are written as texts, so that none loses a digit; a flag is true or not there, what is unknown is not there.
    """

    __tablename__ = "catalog_items"
    __table_args__ = (
        belongs_to("catalog_tables", "table_id"),
        sa.UniqueConstraint("organisation_id", "table_id", "key"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    table_id: Mapped[int] = mapped_column(sa.BigInteger)
    key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    position: Mapped[int]
    values: Mapped[dict[str, Any]]
