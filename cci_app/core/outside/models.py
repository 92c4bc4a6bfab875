"""The columns of a table of accounts."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned

NAME_LENGTH = 40
OUTSIDE_ID_LENGTH = 160


class AccountState(StrEnum):
    """What the last check found."""

    UNCHECKED = "unchecked"
    WORKING = "working"
    FAILING = "failing"


class AccountRow(OrganisationOwned, Base):
    """An account of an organisation at a service outside: what may be shown in `settings`, the rest sealed."""

    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    settings: Mapped[dict[str, Any]]
    sealed_secrets: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(16), server_default="unchecked")
    reason: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


STATES = sa.text("state IN ('unchecked', 'working', 'failing')")
