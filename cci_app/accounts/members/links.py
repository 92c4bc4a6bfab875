"""Links that let somebody in once: invitations, and new passwords.

Where mail is set up the link goes to its address alone, sent by whoever tends the members (`members/mailing.py`); where
it is not, it is shown to the admin who asked for it.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from limits import parse
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Role
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.members.models import LinkKind, MailState, Member, MemberLink
from cci_app.accounts.members.passkeys import has_passkeys
from cci_app.accounts.members.passwords import check_password, hash_password
from cci_app.accounts.members.register import (
    add_member,
    check_above,
    check_email,
    find_by_email,
    find_member,
    normal_email,
    set_password,
)
from cci_app.accounts.members.sessions import Device, revoke_sessions, start_session
from cci_app.core import clock
from cci_app.core.audit import acting_for, record
from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.errors import CciError, Conflict, NotFound
from cci_app.core.http.limits import RateLimits
from cci_app.core.mail import is_mail_set_up
from cci_app.core.queue import Task, ring
from cci_app.core.sealed import Seal

LIVES = {
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.RESET: timedelta(hours=2),
    LinkKind.SIGN_UP: timedelta(days=7),
}
PATHS = {
    LinkKind.INVITATION: "/login/invitation",
    LinkKind.RESET: "/login/reset",
    LinkKind.SIGN_UP: "/sign-up",
}
MOST_OPEN = 200
_OF_ADDRESS = parse("10/hour")
_OF_ACCOUNT = parse("3/hour")


class LinkOver(CciError):  # noqa: N818
    """The link was used, is too old, or never was."""

    status = 410
    code = "link_over"


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link just made; `path` is None where it is sent by mail instead of being shown."""

    link: MemberLink
    path: str | None


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link is for, told to whoever holds it."""

    organisation_id: int
    kind: LinkKind
    email: str


def invite(caller: Caller, email: str, role: Role) -> MadeLink:
    """Invite somebody to become a member; an earlier invitation of the same address ends.

    Raises InvalidInput, Forbidden for a role above the caller's own, Conflict for who is a member already.
    """
    address = check_email(email)
    check_above(caller, role)
    with tenant_transaction(caller.organisation_id) as session:
        if find_by_email(session, caller.organisation_id, address) is not None:
            raise Conflict(f"{address} is a member already")
        _end_links(session, caller.organisation_id, LinkKind.INVITATION, address)
        if len(_open_invitations(session, caller.organisation_id)) >= MOST_OPEN:
            raise Conflict(f"there are {MOST_OPEN} open invitations: take one back first")
        link = MemberLink(organisation_id=caller.organisation_id, kind=LinkKind.INVITATION, email=address, role=role)
        made = keep_link(session, link, caller.name)
        told = {"email": address, "role": role}
        record(session, caller.organisation_id, "member.invited", f"invitation:{made.link.id}", told)
    announce(made)
    return made


def list_invitations(organisation_id: int) -> Sequence[MemberLink]:
    """The invitations that may still be accepted, the newest first."""
    with tenant_transaction(organisation_id) as session:
        return _open_invitations(session, organisation_id)


def take_back(organisation_id: int, link_id: uuid.UUID) -> None:
    """Take an invitation back. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        link = session.get(MemberLink, link_id, with_for_update=True)
        if link is None or link.kind != LinkKind.INVITATION or link.used_at is not None:
            raise NotFound("there is no such invitation")
        session.delete(link)
        record(session, organisation_id, "invitation.taken_back", f"invitation:{link_id}", {"email": link.email})


def offer_reset(caller: Caller, member_id: int) -> MadeLink:
    """Make a link with which a member sets a new password. Raises NotFound, Forbidden."""
    member = find_member(caller.organisation_id, member_id)
    check_above(caller, Role(member.role))
    with tenant_transaction(caller.organisation_id) as session:
        made = _make_reset(session, member, caller.name)
    announce(made)
    return made


def ask_reset(email: str, address: str) -> None:
    """Send whoever reads the mail of that address a link for a new password.

    Nothing tells whether somebody has that address. Where mail is not set up, the request is in the audit log, and an
    admin can make the link. Raises TooManyRequests.
    """
    limits: RateLimits = current_app.extensions["cci_limits"]
    limits.count(_OF_ADDRESS, "reset", address)
    account = normal_email(email)
    counted = ("reset-of", hash_secret(account))
    if limits.counted(_OF_ACCOUNT, *counted) >= _OF_ACCOUNT.amount:
        return
    limits.note(_OF_ACCOUNT, *counted)
    with keyless_transaction(member_email=account) as session:
        members = session.scalars(sa.select(Member).where(Member.email == account)).all()
    for member in members:
        with tenant_transaction(member.organisation_id) as session:
            if not is_mail_set_up(current_app.config["SETTINGS"]):
                record(session, member.organisation_id, "reset.asked", f"member:{member.id}")
                continue
            made = _make_reset(session, member, "")
        announce(made)


def look_at(token: str, kind: LinkKind) -> OpenLink:
    """What a link is for; it stays good. Raises LinkOver."""
    with keyless_transaction(link_hash=hash_secret(token)) as session:
        link = open_link(session, token, kind)
    return OpenLink(link.organisation_id or 0, kind, link.email)


def open_link(session: Session, token: str, kind: LinkKind, *, locked: bool = False) -> MemberLink:
    """The link with that token, which is neither used nor too old. Raises LinkOver."""
    chosen = sa.select(MemberLink).where(MemberLink.token_hash == hash_secret(token), MemberLink.kind == kind, *_open())
    link = session.scalars(chosen.with_for_update() if locked else chosen).one_or_none()
    if link is None:
        raise _over()
    return link


def accept(token: str, name: str, password: str, device: Device) -> tuple[Member, str]:
    """Become a member as an invitation says: the member, and the token of a session.

    Raises LinkOver, InvalidInput for a weak password, Conflict for who became a member meanwhile.
    """
    found = look_at(token, LinkKind.INVITATION)
    check_password(password, found.email)
    hashed = hash_password(password)
    with tenant_transaction(found.organisation_id) as session:
        link = _use(session, token)
        with acting_for(f"invitation:{link.id}", link.email):
            member = add_member(session, found.organisation_id, link.email, Role(link.role or ""), hashed, name)
        with acting_for(f"member:{member.id}", member.email):
            session_token = start_session(session, member, device, how="invitation")
        return member, session_token


def reset(token: str, password: str, device: Device) -> tuple[Member, str | None]:
    """Set the new password that a link allows; all devices are signed out but this one. Raises as `accept` does.

    Whoever has a passkey is not let in by a mail alone: there is no token then.
    """
    found = look_at(token, LinkKind.RESET)
    check_password(password, found.email)
    hashed = hash_password(password)
    with tenant_transaction(found.organisation_id) as session:
        link = _use(session, token)
        member = session.get(Member, link.member_id) if link.member_id is not None else None
        if member is None:
            raise _over()
        with acting_for(f"member:{member.id}", member.email):
            set_password(session, member, hashed)
            _end_links(session, member.organisation_id, LinkKind.RESET, member.email)
            revoke_sessions(session, member.id)
            if has_passkeys(session, member.id):
                return member, None
            session_token = start_session(session, member, device, how="reset")
        return member, session_token


def seal_of(link: MemberLink) -> Seal:
    """What seals a link's token until it is sent: for this row alone."""
    return Seal(current_app.config["SETTINGS"].secret_key, f"member_links {link.organisation_id} {link.id}")


def _make_reset(session: Session, member: Member, made_by: str) -> MadeLink:
    of_member = {"organisation_id": member.organisation_id, "member_id": member.id, "email": member.email}
    made = keep_link(session, MemberLink(kind=LinkKind.RESET, **of_member), made_by)
    record(session, member.organisation_id, "reset.offered", f"member:{member.id}")
    return made


def keep_link(session: Session, link: MemberLink, made_by: str) -> MadeLink:
    """Keep a link of which is said what it is for; whoever asked for it is `made_by`."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    link.id = uuid.uuid4()
    link.token_hash, link.made_by = hash_secret(token), made_by
    link.created_at, link.expires_at = now, now + LIVES[LinkKind(link.kind)]
    # Said here, for who signs up may not read the row that the database would tell it of.
    link.mail_attempts = 0
    by_mail = is_mail_set_up(current_app.config["SETTINGS"])
    if by_mail:
        link.sealed_token = seal_of(link).seal(token)
        link.mail_state = MailState.QUEUED
        link.mail_not_before = now
    session.add(link)
    session.flush()
    return MadeLink(link, None if by_mail else f"{PATHS[LinkKind(link.kind)]}/{token}")


def announce(made: MadeLink) -> None:
    """Have a link sent that is not shown."""
    if made.path is None:
        ring(Task.TEND_MEMBERS)


def _use(session: Session, token: str) -> MemberLink:
    """Use a link up: of two who do so at once the second finds it used."""
    used = session.execute(
        sa.update(MemberLink)
        .where(MemberLink.token_hash == hash_secret(token), *_open())
        .values(used_at=clock.now(), sealed_token=None)
        .returning(MemberLink)
    ).scalar_one_or_none()
    if used is None:
        raise _over()
    return used


def _open_invitations(session: Session, organisation_id: int) -> Sequence[MemberLink]:
    chosen = [MemberLink.organisation_id == organisation_id, MemberLink.kind == LinkKind.INVITATION, *_open()]
    return session.scalars(sa.select(MemberLink).where(*chosen).order_by(MemberLink.created_at.desc())).all()


def _end_links(session: Session, organisation_id: int, kind: LinkKind, email: str) -> None:
    chosen = [MemberLink.organisation_id == organisation_id, MemberLink.kind == kind, MemberLink.email == email]
    session.execute(sa.delete(MemberLink).where(*chosen, MemberLink.used_at.is_(None)))


def _open() -> list[sa.ColumnElement[bool]]:
    return [MemberLink.used_at.is_(None), MemberLink.expires_at > clock.now()]


def _over() -> LinkOver:
    return LinkOver("this link was used or is too old: ask for a new one")
