"""Signing in with an address and a password."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from cci_app.accounts.members.attempts import Attempt, device_of, known_device
from cci_app.accounts.members.directory import Person
from cci_app.accounts.members.models import Member
from cci_app.accounts.members.passkeys import MINUTES, Challenge, begin_proving, has_passkeys, prove
from cci_app.accounts.members.passwords import hash_password, is_outdated, verify_password
from cci_app.accounts.members.register import LONGEST_NAME, find_by_email, find_member, normal_email
from cci_app.accounts.members.sessions import Device, start_session
from cci_app.core.audit import acting_for, record
from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.errors import Forbidden, NotFound, Unauthorized
from cci_app.core.sealed import Seal
from cci_app.core.tenants import organisation_named

# Of organisations that one address is a member of, so many are tried.
_MOST_ORGANISATIONS = 5


@dataclass(frozen=True, slots=True)
class HalfSignedIn:
    """A member who gave the password and needs a passkey too: what the browser is asked, and what it brings back.

    `kept` says whose password it was, for some minutes.
    """

    challenge: Challenge
    kept: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member who just signed in: the token of the session, and what makes the device known from now on."""

    organisation_id: int
    member_id: int
    token: str
    device: str


def sign_in(email: str, password: str, device: Device, kept: str | None, origin: str) -> SignedIn | HalfSignedIn:
    """Sign in; `kept` is what the browser kept of an earlier time, `origin` where our pages are.

    Whoever is a member of several organisations with the same password signs in to the one they used last.
    Raises Unauthorized, the same for an address that nobody has, and TooManyRequests.
    """
    address = normal_email(email)
    known = known_device(kept, address)
    attempt = Attempt(address, device.address, known)
    with keyless_transaction(member_email=address) as session:
        newest = Member.last_seen_at.desc().nulls_last()
        candidates = session.scalars(
            sa.select(Member).where(Member.email == address).order_by(newest, Member.id).limit(_MOST_ORGANISATIONS)
        ).all()
    found = next((member for member in candidates if verify_password(password, member.password_hash)), None)
    if found is None:
        if not candidates:
            verify_password(password, None)
        attempt.failed()
        for member in candidates:
            with tenant_transaction(member.organisation_id) as session:
                record(session, member.organisation_id, "sign_in.refused", f"member:{member.id}")
        raise Unauthorized("the address or the password is not right")
    attempt.succeeded()
    renewed = hash_password(password) if is_outdated(found.password_hash or "") else None
    with (
        tenant_transaction(found.organisation_id) as session,
        acting_for(f"member:{found.id}", found.email),
    ):
        signing_in = session.get(Member, found.id)
        if signing_in is None or signing_in.password_hash != found.password_hash:
            raise Unauthorized("the address or the password is not right")
        signing_in.password_hash = renewed or signing_in.password_hash
        if has_passkeys(session, found.id):
            record(session, found.organisation_id, "sign_in.half", f"member:{found.id}", {"how": "password"})
            return _half(found, origin)
        token = start_session(session, signing_in, device, how="password")
    return SignedIn(found.organisation_id, found.id, token, device_of(address, kept))


def finish_sign_in(half: str, ticket: str, credential: str, device: Device, kept: str | None, origin: str) -> SignedIn:
    """Let a member in who gave the password before, and now a passkey. Raises Unauthorized."""
    member = _member_of(half)
    with tenant_transaction(member.organisation_id) as session, acting_for(f"member:{member.id}", member.email):
        signing_in = session.get(Member, member.id)
        if signing_in is None or signing_in.password_hash != member.password_hash:
            raise Unauthorized("the password was changed meanwhile: begin again")
        prove(session, signing_in, origin, ticket, credential)
        token = start_session(session, signing_in, device, how="password and passkey")
    return SignedIn(member.organisation_id, member.id, token, device_of(member.email, kept))


def ask_again(half: str, origin: str) -> HalfSignedIn:
    """Ask a member who gave the password once more for a passkey. Raises Unauthorized."""
    return _half(_member_of(half), origin)


def _half(member: Member, origin: str) -> HalfSignedIn:
    kept = _seal().seal_for(MINUTES * 60, organisation=member.organisation_id, member=member.id)
    return HalfSignedIn(begin_proving(member, origin), kept)


def _member_of(half: str) -> Member:
    told = _seal().open_in_time(half)
    if told is None:
        raise Unauthorized("this took too long: begin again")
    try:
        return find_member(told["organisation"], told["member"])
    except NotFound as error:
        raise Unauthorized("you are no member any more") from error


def _seal() -> Seal:
    return Seal(current_app.config["SETTINGS"].secret_key, "half a sign-in")


def sign_in_with_directory(organisation: str, person: Person, device: Device, kept: str | None) -> SignedIn:
    """Sign in whom the organisation's own directory vouches for.

    The first time a member is found by the user name, from then on by what never changes in the directory: whoever gets
    the name of one who left is somebody else. Raises Forbidden for who is no member.
    """
    organisation_id = organisation_named(organisation)
    with tenant_transaction(organisation_id) as session:
        member = session.scalars(
            sa.select(Member).where(
                Member.organisation_id == organisation_id, Member.directory_id == person.directory_id
            )
        ).one_or_none()
        if member is None and person.user_name is not None:
            member = find_by_email(session, organisation_id, person.user_name)
            if member is not None and member.directory_id is not None:
                member = None
        if member is None:
            raise Forbidden("the directory knows you, the organisation does not: ask for an invitation")
        with acting_for(f"member:{member.id}", member.email):
            if member.directory_id is None:
                member.directory_id = person.directory_id
                record(session, organisation_id, "directory.linked", f"member:{member.id}")
            member.name = member.name or person.name[:LONGEST_NAME]
            token = start_session(session, member, device, how="microsoft")
    return SignedIn(organisation_id, member.id, token, device_of(member.email, kept))
