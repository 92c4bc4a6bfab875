"""The tables of chatbots and their versions."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to


class Chatbot(OrganisationOwned, Base):
    """An assistant that an organisation made. `draft` is what it will be; `published` is the version that answers."""

    __tablename__ = "chatbots"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "name"),
        sa.UniqueConstraint("organisation_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(sa.String(64))
    draft: Mapped[dict[str, Any]]
    published: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ChatbotVersion(OrganisationOwned, Base):
    """A chatbot as it was published: it never changes."""

    __tablename__ = "chatbot_versions"
    __table_args__ = (
        belongs_to("chatbots", "chatbot_id"),
        sa.UniqueConstraint("organisation_id", "chatbot_id", "version"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    chatbot_id: Mapped[uuid.UUID]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
