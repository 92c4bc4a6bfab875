"""The ids that channels know one person by: a phone, ids that hide it, a subscriber's number at a vendor.

Whoever's phone is known is that phone, as the contact book has it. Who wrote before it was known, and was called by
another id, goes on where they stood: state and record move along.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, Session, mapped_column

from cci_app.channels.message import Inbound
from cci_app.contacts.wishes import copy_mark
from cci_app.core.database import Base, OrganisationOwned, tenant_transaction
from cci_app.core.errors import CciError
from cci_app.core.lookups import LookUps
from cci_app.core.phone import USER_ID_LENGTH

log = structlog.get_logger(__name__)

_known: LookUps[tuple[int, tuple[str, ...]], str] = LookUps(10_000)


class PersonIdentity(OrganisationOwned, Base):
    """An id of a person's at a channel, and the user id under which everything about them is kept."""

    __tablename__ = "person_identities"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "external_id"),
        sa.Index("ix_person_identities_person", "organisation_id", "user_id"),
    )

    external_id: Mapped[str] = mapped_column(sa.String(USER_ID_LENGTH))
    user_id: Mapped[str] = mapped_column(sa.String(USER_ID_LENGTH))
    tied_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


_TIED = sa.text(
    "SELECT external_id, user_id FROM person_identities"
    " WHERE organisation_id = :organisation_id AND external_id = ANY(:ids)"
)
_TIE = sa.text(
    "INSERT INTO person_identities (organisation_id, external_id, user_id)"
    " SELECT :organisation_id, id, :user_id FROM unnest(CAST(:ids AS text[])) AS id"
    " ON CONFLICT (organisation_id, external_id) DO UPDATE SET user_id = excluded.user_id, tied_at = now()"
)
_ALL_IDS = sa.text(
    "SELECT unnest(ARRAY[i.external_id, i.user_id]) FROM person_identities i"
    " WHERE i.organisation_id = :organisation_id AND i.user_id IN (SELECT :user_id UNION SELECT o.user_id"
    "  FROM person_identities o WHERE o.organisation_id = :organisation_id AND o.external_id = :user_id)"
)
_STATES = sa.text(
    "SELECT assistant FROM turn_state WHERE organisation_id = :organisation_id AND user_id = :before FOR UPDATE"
)
_OF_PERSON = "organisation_id = :organisation_id AND assistant = :assistant AND user_id = :before"
# A turn under way ends under the id that it began with; nobody's state is overwritten.
_MOVE = tuple(
    sa.text(f"UPDATE {table} SET user_id = :user_id WHERE {_OF_PERSON}{only}")  # noqa: S608 (constants of ours)
    for table, only in (
        (
            "turn_state",
            " AND pending = 0 AND lease_token IS NULL AND NOT EXISTS (SELECT FROM turn_state o WHERE"
            " o.organisation_id = :organisation_id AND o.assistant = :assistant AND o.user_id = :user_id)",
        ),
        ("conversation_runs", ""),
        ("conversations", ""),
        (
            "handoff_requests",
            " AND (state = 'resolved' OR NOT EXISTS (SELECT FROM handoff_requests o WHERE o.state <> 'resolved'"
            " AND o.organisation_id = :organisation_id AND o.assistant = :assistant AND o.user_id = :user_id))",
        ),
    )
)


def person_behind(organisation_id: int, inbound: Inbound, ask: Callable[[str], str | None] | None = None) -> str:
    """The user id of whoever sent an event, by all ids that it has of them.

    `ask` tells the phone behind an id; it is asked once of each.
    """
    ids = tuple(dict.fromkeys((inbound.sender, *inbound.also)))
    if len(ids) == 1 and _is_phone(ids[0]):
        return ids[0]
    return _known.find((organisation_id, ids), lambda: _look_up(organisation_id, ids, ask))


def _asked(user_id: str, ask: Callable[[str], str | None]) -> tuple[str, ...]:
    try:
        phone = ask(user_id)
    except CciError as error:
        log.warning("phone_not_told", reason=error.message)
        return ()
    return (phone,) if phone else ()


def _look_up(organisation_id: int, ids: Sequence[str], ask: Callable[[str], str | None] | None) -> str:
    whose = {"organisation_id": organisation_id, "ids": list(ids)}
    if ask is not None and not any(map(_is_phone, ids)):
        with tenant_transaction(organisation_id) as session:
            known = session.execute(_TIED, whose).all()
        if not known:
            # Outside of any transaction: it may take seconds.
            ids = (*ids, *_asked(ids[0], ask))
    with tenant_transaction(organisation_id) as session:
        tied = {row.external_id: row.user_id for row in session.execute(_TIED, whose)}
        phone = next(filter(_is_phone, ids), None)
        user_id = phone or next((tied[id_] for id_ in ids if id_ in tied), ids[0])
        new = [id_ for id_ in ids if not _is_phone(id_) and tied.get(id_) != user_id]
        if new:
            session.execute(_TIE, {"organisation_id": organisation_id, "user_id": user_id, "ids": new})
            for before in {*new, *(tied[id_] for id_ in new if id_ in tied)}:
                if not _is_phone(before):
                    _move(session, organisation_id, before, user_id)
                    copy_mark(session, organisation_id, before, user_id)
    return user_id


def ids_of(session: Session, organisation_id: int, user_id: str) -> frozenset[str]:
    """Every id under which something may be kept of the person of that id; receipts stay under that of their time."""
    tied = {"organisation_id": organisation_id, "user_id": user_id}
    return frozenset({user_id, *session.scalars(_ALL_IDS, tied)})


def _move(session: Session, organisation_id: int, before: str, user_id: str) -> None:
    if before == user_id:
        return
    whose = {"organisation_id": organisation_id, "before": before, "user_id": user_id}
    for assistant in session.scalars(_STATES, whose).all():
        for statement in _MOVE:
            session.execute(statement, {**whose, "assistant": assistant})
        log.info("person_known_by_phone", assistant=assistant)


def _is_phone(user_id: str) -> bool:
    return user_id.startswith("+")
