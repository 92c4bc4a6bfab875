"""Sessions of members: a random token in a cookie, its hash in a row, so that every device can be signed out."""

import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Proof, Role
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.members.models import Member, MemberSession
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import keyless_statement, one_trip, tenant_transaction
from cci_app.core.errors import NotFound

# Unused for so long, and in all.
IDLE = timedelta(days=7)
WHOLE = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST_DEVICE = 300
# Every request of every page asks it.
_FIND = one_trip(
    "SELECT s.id, s.last_seen_at, s.organisation_id, s.member_id, m.email, m.role FROM member_sessions s"
    " JOIN members m ON m.id = s.member_id WHERE s.token_hash = :token_hash AND s.revoked_at IS NULL"
    " AND s.last_seen_at > :seen_after AND s.created_at > :begun_after",
    often=True,
    presented="session_hash",
)
# Of one member; the one that was used least lately gives way.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Device:
    """Where a member signs in: the address it comes from, and what the browser says it is."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class ListedSession:
    """What may be shown of a session."""

    id: uuid.UUID
    member_id: int
    email: str
    address: str
    device: str
    created_at: datetime
    last_seen_at: datetime


def start_session(session: Session, member: Member, device: Device, *, how: str) -> str:
    """Sign a member in on a device, on record with `how`; the token, which nobody can read again."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    kept = sa.select(MemberSession.id).where(MemberSession.member_id == member.id)
    newest = kept.order_by(MemberSession.last_seen_at.desc()).limit(_MOST - 1)
    session.execute(
        sa.delete(MemberSession).where(MemberSession.member_id == member.id, MemberSession.id.not_in(newest))
    )
    session.add(
        MemberSession(
            organisation_id=member.organisation_id,
            member_id=member.id,
            token_hash=hash_secret(token),
            address=device.address,
            device=device.browser[:_LONGEST_DEVICE],
            created_at=now,
            last_seen_at=now,
        )
    )
    member.last_seen_at = now
    session.flush()
    record(session, member.organisation_id, "sign_in", f"member:{member.id}", {"how": how})
    return token


def find_session(token: str) -> Caller | None:
    """The member who holds the token of a session that is neither over nor revoked."""
    token_hash = hash_secret(token)
    now = clock.now()
    times = {"seen_after": now - IDLE, "begun_after": now - WHOLE}
    found = next(iter(keyless_statement(token_hash, _FIND, {"token_hash": token_hash, **times})), None)
    if found is None:
        return None
    if found.last_seen_at < now - _SEEN_EVERY:
        with tenant_transaction(found.organisation_id) as session:
            for seen in (
                sa.update(MemberSession).where(MemberSession.id == found.id),
                sa.update(Member).where(Member.id == found.member_id),
            ):
                session.execute(seen.values(last_seen_at=now))
    return Caller(
        found.organisation_id,
        f"member:{found.member_id}",
        Proof.SESSION,
        name=found.email,
        role=Role(found.role),
        member_id=found.member_id,
        session_id=found.id,
    )


def list_sessions(organisation_id: int, member_id: int | None = None) -> list[ListedSession]:
    """The sessions of a member, or of all, that are open; the one used last first."""
    chosen = [MemberSession.organisation_id == organisation_id, *_open(clock.now())]
    if member_id is not None:
        chosen.append(MemberSession.member_id == member_id)
    shown = (
        sa.select(
            MemberSession.id,
            MemberSession.member_id,
            Member.email,
            MemberSession.address,
            MemberSession.device,
            MemberSession.created_at,
            MemberSession.last_seen_at,
        )
        .join(Member, Member.id == MemberSession.member_id)
        .where(*chosen)
        .order_by(MemberSession.last_seen_at.desc(), MemberSession.id)
    )
    with tenant_transaction(organisation_id) as session:
        return [ListedSession(*row) for row in session.execute(shown)]


def revoke_session(organisation_id: int, session_id: uuid.UUID, member_id: int | None = None) -> None:
    """Sign a device out; of that member alone where one is named. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        chosen = [MemberSession.id == session_id, *_open(clock.now())]
        if member_id is not None:
            chosen.append(MemberSession.member_id == member_id)
        revoked = session.execute(
            sa.update(MemberSession)
            .where(MemberSession.organisation_id == organisation_id, *chosen)
            .values(revoked_at=clock.now())
            .returning(MemberSession.member_id)
        ).one_or_none()
        if revoked is None:
            raise NotFound("there is no such session")
        record(session, organisation_id, "session.ended", f"member:{revoked.member_id}", {"session": str(session_id)})


def revoke_sessions(session: Session, member_id: int, *, but: Collection[uuid.UUID] = ()) -> int:
    """Sign a member out everywhere, but on those devices; returns how many there were."""
    ended = session.execute(
        sa.update(MemberSession)
        .where(MemberSession.member_id == member_id, MemberSession.id.not_in(but), *_open(clock.now()))
        .values(revoked_at=clock.now())
        .returning(MemberSession.id)
    )
    return len(ended.all())


def _open(now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        MemberSession.revoked_at.is_(None),
        MemberSession.last_seen_at > now - IDLE,
        MemberSession.created_at > now - WHOLE,
    ]
