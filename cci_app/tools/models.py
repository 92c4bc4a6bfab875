"""The tables of tools: what they did, and those of organisations' own."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, PersonOwned
from cci_app.core.outside.models import STATES, AccountRow

TOOL_NAME_LENGTH = 128


class EffectState(StrEnum):
    """Whether a tool is known to have had its effect."""

    BEGUN = "begun"
    DONE = "done"


class ToolEffect(PersonOwned, Base):
    """The effect of one call in the turn of a receipt, so that a turn that is run again does nothing twice.

    `key` is the SHA-256 of the arguments; `attempt` is one run of the turn.
    """

    __tablename__ = "tool_effects"
    __table_args__ = (
        sa.CheckConstraint("state IN ('begun', 'done')", name="state"),
        sa.UniqueConstraint("organisation_id", "event_id", "tool", "key"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)
    tool: Mapped[str] = mapped_column(sa.String(TOOL_NAME_LENGTH))
    key: Mapped[str] = mapped_column(sa.String(64))
    attempt: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(sa.String(8))
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ToolExecution(PersonOwned, Base):
    """One call of a tool: the `number`th, from 1, of the turn that answered the receipt `event_id`.

    `type` is where the tool comes from, `iteration` which call of the model asked for it, `arguments` are masked.
    """

    __tablename__ = "tool_executions"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.Index(None, "organisation_id", "timestamp"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    run_id: Mapped[uuid.UUID | None]
    agent: Mapped[str | None] = mapped_column(sa.String(64))
    tool: Mapped[str] = mapped_column(sa.String(TOOL_NAME_LENGTH))
    type: Mapped[str] = mapped_column(sa.String(16))
    status: Mapped[str] = mapped_column(sa.String(16))
    arguments: Mapped[dict[str, Any]]
    result: Mapped[str]
    iteration: Mapped[int] = mapped_column(sa.SmallInteger)
    duration_ms: Mapped[int]
    timestamp: Mapped[datetime]


class OwnTool(AccountRow):
    """A tool that an organisation keeps: an address or a script."""

    __tablename__ = "own_tools"
    __table_args__ = (
        sa.CheckConstraint(STATES, name="state"),
        sa.UniqueConstraint("organisation_id", "kind", "name"),
    )


class ToolServer(AccountRow):
    """A server of tools that an organisation uses, with what it says of each tool as it is pinned."""

    __tablename__ = "tool_servers"
    __table_args__ = (
        sa.CheckConstraint(STATES, name="state"),
        sa.UniqueConstraint("organisation_id", "kind", "name"),
    )

    definitions: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
