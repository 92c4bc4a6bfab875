"""Tables of members, their sessions and their links."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned, belongs_to

EMAIL_LENGTH = 254
_ROLES = "role IN ('viewer', 'agent', 'admin', 'owner')"


class Member(OrganisationOwned, Base):
    """A person who signs in for an organisation.

    One address may be a member of several. `directory_id` is who they are in the organisation's own directory, once
    they signed in with it. Without a password they can sign in in that way alone.
    """

    __tablename__ = "members"
    __table_args__ = (
        sa.CheckConstraint(_ROLES, name="role"),
        sa.UniqueConstraint("organisation_id", "id"),
        sa.UniqueConstraint("organisation_id", "email"),
        sa.UniqueConstraint("organisation_id", "directory_id"),
        sa.Index(None, "email"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    name: Mapped[str] = mapped_column(server_default="")
    role: Mapped[str] = mapped_column(sa.String(16))
    language: Mapped[str | None] = mapped_column(sa.String(2))
    password_hash: Mapped[str | None]
    directory_id: Mapped[str | None] = mapped_column(sa.String(160))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    last_seen_at: Mapped[datetime | None]


class MemberSession(OrganisationOwned, Base):
    """One device on which a member is signed in: only the SHA-256 of its token is kept."""

    __tablename__ = "member_sessions"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index(None, "member_id"),
        sa.Index(None, "organisation_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[int] = mapped_column(sa.BigInteger)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    address: Mapped[str] = mapped_column(sa.String(64))
    device: Mapped[str] = mapped_column(sa.String(300))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    revoked_at: Mapped[datetime | None]


class LinkKind(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"
    SIGN_UP = "sign_up"


class MailState(StrEnum):
    """How far the mail with a link is; one that was shown instead of sent has none."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MemberLink(Base):
    """A link that proves, once, that its holder reads the mail of an address; its token is kept as a SHA-256.

    `sealed_token` is the token for whoever has to send it, until it is sent. One to sign up belongs to nobody until
    it is used, and then to the organisation that it made, on `plan` where whoever runs the installation named one.
    """

    __tablename__ = "member_links"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('invitation', 'reset', 'sign_up')", name="kind"),
        sa.CheckConstraint("kind = 'sign_up' OR organisation_id IS NOT NULL", name="organisation"),
        sa.CheckConstraint(_ROLES, name="role"),
        sa.CheckConstraint("mail_state IN ('queued', 'sent', 'failed')", name="mail_state"),
        belongs_to("members", "member_id"),
        sa.Index("ix_member_links_mail", "mail_not_before", postgresql_where=sa.text("mail_state = 'queued'")),
        sa.Index(None, "organisation_id", "kind"),
        sa.Index(None, "member_id"),
    )

    organisation_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("organisations.id", ondelete="CASCADE")
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(sa.String(16))
    email: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    role: Mapped[str | None] = mapped_column(sa.String(16))
    plan: Mapped[str | None] = mapped_column(sa.String(32))
    language: Mapped[str | None] = mapped_column(sa.String(2))
    member_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sealed_token: Mapped[str | None]
    made_by: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    mail_state: Mapped[str | None] = mapped_column(sa.String(16))
    mail_reason: Mapped[str | None]
    mail_attempts: Mapped[int] = mapped_column(server_default=sa.text("0"))
    mail_not_before: Mapped[datetime | None]


class Passkey(OrganisationOwned, Base):
    """What a member has beside the password: the public half of a key in a device of theirs."""

    __tablename__ = "passkeys"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.UniqueConstraint("member_id", "credential_id"),
        sa.Index(None, "organisation_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[int] = mapped_column(sa.BigInteger)
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    last_used_at: Mapped[datetime | None]
