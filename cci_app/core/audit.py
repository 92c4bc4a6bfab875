"""The audit log: what members, keys and commands did, written in the transaction of what they did.

The table only grows: the application may add rows and read them, nothing else. Personal data of the people who write to
an assistant has no place in it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from cci_app.core.database import Base, OrganisationOwned, tenant_transaction

_LONGEST = {"who": 64, "name": 254, "act": 64, "subject": 300, "address": 64, "request_id": 64}


class AuditEntry(OrganisationOwned, Base):
    """One act: who did what, on what, when and from where. `name` is what the actor was called then."""

    __tablename__ = "audit_log"
    __table_args__ = (sa.Index(None, "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    timestamp: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    who: Mapped[str] = mapped_column(sa.String(_LONGEST["who"]))
    name: Mapped[str] = mapped_column(sa.String(_LONGEST["name"]))
    act: Mapped[str] = mapped_column(sa.String(_LONGEST["act"]))
    subject: Mapped[str] = mapped_column(sa.String(_LONGEST["subject"]))
    details: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    address: Mapped[str | None] = mapped_column(sa.String(_LONGEST["address"]))
    request_id: Mapped[str | None] = mapped_column(sa.String(_LONGEST["request_id"]))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the log names them, and from where."""

    who: str
    name: str
    address: str | None = None
    request_id: str | None = None


# Background work acts for nobody in particular.
SYSTEM = Actor("system", "system")
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def act_as(actor: Actor) -> None:
    """Let the present thread act as that one from now on."""
    _actor.set(actor)


def acting() -> Actor:
    """Who acts in the present thread."""
    return _actor.get()


@contextmanager
def acting_for(who: str, name: str) -> Iterator[None]:
    """Let the block act as that one, from where the present actor is: who proved themselves in it."""
    token = _actor.set(replace(_actor.get(), who=who, name=name))
    try:
        yield
    finally:
        _actor.reset(token)


def record(
    session: Session | sa.Connection,
    organisation_id: int,
    act: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act, as `export.requested` on `job:…`, in the transaction that does it.

    What background work does by itself is on record elsewhere.
    """
    actor = _actor.get()
    if actor is SYSTEM:
        return
    said = {
        "who": actor.who,
        "name": actor.name,
        "act": act,
        "subject": subject,
        "address": actor.address,
        "request_id": actor.request_id,
    }
    bounded = {name: text[: _LONGEST[name]] if text is not None else None for name, text in said.items()}
    session.execute(
        sa.insert(AuditEntry).values(organisation_id=organisation_id, details=dict(details or {}), **bounded)
    )


def record_reading(organisation_id: int, act: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
    """Write down that somebody took data away, which changes nothing else."""
    with tenant_transaction(organisation_id) as session:
        record(session, organisation_id, act, subject, details)
