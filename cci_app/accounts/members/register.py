"""The members of an organisation: who there is, and who may change whom."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from psycopg2.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Role, Scope
from cci_app.accounts.members.models import EMAIL_LENGTH, Member
from cci_app.accounts.members.passwords import check_password, hash_password, verify_password
from cci_app.accounts.members.sessions import revoke_sessions
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, Forbidden, InvalidInput, NotFound

MOST = 500
LONGEST_NAME = 200
_EMAIL = re.compile(r"[^\s@\x00-\x1f<>\",;]{1,64}@[^\s@\x00-\x1f<>\",;]{1,189}\Z")


@dataclass(frozen=True, slots=True)
class Changes:
    """What may be changed of a member; None stays as it is."""

    name: str | None = None
    role: Role | None = None
    language: str | None = None


def normal_email(email: str) -> str:
    """An address as it is kept: however it was written, it is the same member."""
    return unicodedata.normalize("NFKC", email.strip()[:EMAIL_LENGTH]).casefold()[:EMAIL_LENGTH]


def check_email(email: str) -> str:
    """The address as it is kept. Raises InvalidInput for what is none."""
    address = normal_email(email)
    if len(email.strip()) > EMAIL_LENGTH or not _EMAIL.match(address):
        said = "write an e-mail address such as camille@example.org"
        raise InvalidInput(said, details={"email": [said]})
    return address


def role_of(caller: Caller) -> Role | None:
    """The role that a caller acts with: a key that may administer acts as an admin."""
    if caller.role is None:
        return Role.ADMIN if Scope.ADMIN in caller.scopes else None
    return caller.role


def add_member(
    session: Session, organisation_id: int, email: str, role: Role, password_hash: str | None, name: str = ""
) -> Member:
    """Add a member in the session's transaction. Raises InvalidInput, and Conflict for who is one already."""
    address = check_email(email)
    known = session.scalar(sa.select(sa.func.count()).where(Member.organisation_id == organisation_id))
    if (known or 0) >= MOST:
        raise Conflict(f"there are {known} members: remove one first")
    member = Member(organisation_id=organisation_id, email=address, name=name, role=role, password_hash=password_hash)
    session.add(member)
    try:
        session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict(f"{address} is a member already") from None
    record(session, organisation_id, "member.added", f"member:{member.id}", {"email": address, "role": role})
    return member


def list_members(organisation_id: int) -> Sequence[Member]:
    """The organisation's members, by their addresses."""
    chosen = sa.select(Member).where(Member.organisation_id == organisation_id).order_by(Member.email)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen).all()


def find_member(organisation_id: int, member_id: int) -> Member:
    """The organisation's member. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _member(session, organisation_id, member_id)


def find_by_email(session: Session, organisation_id: int, email: str) -> Member | None:
    """The organisation's member with that address, however it is written."""
    chosen = [Member.organisation_id == organisation_id, Member.email == normal_email(email)]
    return session.scalars(sa.select(Member).where(*chosen)).one_or_none()


def change_own(caller: Caller, changes: Changes) -> Member:
    """Let a member change what is said of themselves; not their role."""
    return _changed(caller, caller.member_id or 0, replace(changes, role=None), anybody=False)


def change_member(caller: Caller, member_id: int, changes: Changes) -> Member:
    """Change a member as the caller may: nobody changes those above them, or gives a role above their own.

    Raises NotFound, Forbidden, and Conflict for the last owner.
    """
    return _changed(caller, member_id, changes, anybody=True)


def _changed(caller: Caller, member_id: int, changes: Changes, *, anybody: bool) -> Member:
    with tenant_transaction(caller.organisation_id) as session:
        member = _member(session, caller.organisation_id, member_id, locked=True)
        if anybody:
            check_above(caller, Role(member.role))
        told: dict[str, str] = {}
        if changes.role is not None and changes.role != member.role:
            check_above(caller, changes.role)
            if member.role == Role.OWNER:
                _check_not_last(session, member)
            told["role"] = f"{member.role} → {changes.role}"
            member.role = changes.role
        for name, value in {"name": changes.name, "language": changes.language}.items():
            if value is not None and value != getattr(member, name):
                setattr(member, name, value)
                told[name] = value
        if told:
            record(session, caller.organisation_id, "member.changed", f"member:{member_id}", told)
        session.flush()
        return member


def remove_member(caller: Caller, member_id: int) -> None:
    """Remove a member with their sessions. Raises NotFound, Forbidden, and Conflict for the last owner."""
    with tenant_transaction(caller.organisation_id) as session:
        member = _member(session, caller.organisation_id, member_id, locked=True)
        check_above(caller, Role(member.role))
        if member.role == Role.OWNER:
            _check_not_last(session, member)
        session.delete(member)
        record(session, caller.organisation_id, "member.removed", f"member:{member_id}", {"email": member.email})


def change_password(caller: Caller, old: str, new: str) -> None:
    """Let a member change their own password; all their other devices are signed out. Raises InvalidInput."""
    if caller.member_id is None or caller.session_id is None:
        raise Forbidden("members change their passwords, keys have none")
    found = find_member(caller.organisation_id, caller.member_id)
    check_own_password(found, old, "old_password")
    check_password(new, found.email)
    hashed = hash_password(new)
    with tenant_transaction(caller.organisation_id) as session:
        member = _member(session, caller.organisation_id, caller.member_id, locked=True)
        set_password(session, member, hashed)
        revoke_sessions(session, member.id, but=[caller.session_id])


def check_own_password(member: Member, given: str, field: str) -> None:
    """Raise InvalidInput, naming the field, for what is not the member's password."""
    if not verify_password(given, member.password_hash):
        said = "this is not your password"
        raise InvalidInput(said, details={field: [said]})


def set_password(session: Session, member: Member, hashed: str) -> None:
    """Set a member's password in the session's transaction."""
    member.password_hash = hashed
    record(session, member.organisation_id, "password.changed", f"member:{member.id}")


def _member(session: Session, organisation_id: int, member_id: int, *, locked: bool = False) -> Member:
    found = session.get(Member, member_id, with_for_update=locked)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound("there is no such member")
    return found


def check_above(caller: Caller, role: Role) -> None:
    """Raise Forbidden for a role above the caller's own."""
    own = role_of(caller)
    if own is None or not own.covers(role):
        raise Forbidden(f"this takes the role {role}", details={"role": role})


def _check_not_last(session: Session, member: Member) -> None:
    """Two owners who remove one another at once must not both succeed: all of them are locked."""
    owners = session.scalars(
        sa.select(Member.id)
        .where(Member.organisation_id == member.organisation_id, Member.role == Role.OWNER)
        .order_by(Member.id)
        .with_for_update()
    ).all()
    if owners == [member.id]:
        raise Conflict("this is the last owner: make another member an owner first")
