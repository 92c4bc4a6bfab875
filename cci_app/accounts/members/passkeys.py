"""Passkeys as a second proof: whoever has one needs it beside the password.

A challenge travels through the browser in a sealed ticket of some minutes, for one member and one purpose, and serves
once.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app
from limits import parse
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from cci_app.accounts.caller import Caller, Role
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.members.models import Member, Passkey
from cci_app.accounts.members.register import check_above, check_own_password, find_member
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, Conflict, InvalidInput, NotFound, Unauthorized
from cci_app.core.http.limits import RateLimits
from cci_app.core.sealed import Seal

MINUTES = 5
MOST = 20
LONGEST_NAME = 100
_ONCE = parse("1/10 minutes")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser is asked, as WebAuthn has it, and the ticket that it brings back with its answer."""

    options: dict[str, Any]
    ticket: str


def begin_adding(caller: Caller, origin: str, password: str) -> Challenge:
    """Ask a member's device for a new passkey. Raises InvalidInput for a wrong password, Conflict for too many."""
    member = find_member(caller.organisation_id, caller.member_id or 0)
    check_own_password(member, password, "password")
    known = list_passkeys(caller)
    if len(known) >= MOST:
        raise Conflict(f"there are {len(known)} passkeys: remove one first")
    options = generate_registration_options(
        rp_id=_host(origin),
        rp_name=_host(origin),
        user_name=member.email,
        user_id=f"{member.organisation_id}.{member.id}".encode(),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
    )
    return Challenge(json.loads(options_to_json(options)), _ticket("add", member, options.challenge))


def add_passkey(caller: Caller, origin: str, ticket: str, name: str, credential: dict[str, Any]) -> Passkey:
    """Keep what a device answered. Raises InvalidInput for an answer that proves nothing, Conflict for a known one."""
    member = find_member(caller.organisation_id, caller.member_id or 0)
    challenge = _challenge("add", member, ticket)
    try:
        verified = verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=_host(origin), expected_origin=origin
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInput("the device's answer proves nothing: begin again") from error
    passkey = Passkey(
        organisation_id=member.organisation_id,
        member_id=member.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
    )
    try:
        with tenant_transaction(member.organisation_id) as session:
            session.add(passkey)
            session.flush()
            session.refresh(passkey)
            told = {"passkey": str(passkey.id), "name": name}
            record(session, member.organisation_id, "passkey.added", f"member:{member.id}", told)
    except sa.exc.IntegrityError as error:
        raise Conflict("this passkey is there already") from error
    return passkey


def list_passkeys(caller: Caller) -> Sequence[Passkey]:
    """A member's own passkeys, the oldest first."""
    with tenant_transaction(caller.organisation_id) as session:
        return _of(session, caller.member_id or 0)


def remove_passkey(caller: Caller, passkey_id: uuid.UUID) -> None:
    """Remove one of a member's own passkeys. Raises NotFound."""
    with tenant_transaction(caller.organisation_id) as session:
        passkey = session.get(Passkey, passkey_id, with_for_update=True)
        if passkey is None or passkey.member_id != caller.member_id:
            raise NotFound("there is no such passkey")
        session.delete(passkey)
        told = {"passkey": str(passkey_id), "name": passkey.name}
        record(session, caller.organisation_id, "passkey.removed", f"member:{passkey.member_id}", told)


def remove_all(caller: Caller, member_id: int) -> int:
    """Remove the passkeys of a member who lost them; how many. Raises NotFound, Forbidden."""
    check_above(caller, Role(find_member(caller.organisation_id, member_id).role))
    with tenant_transaction(caller.organisation_id) as session:
        gone = session.execute(sa.delete(Passkey).where(Passkey.member_id == member_id).returning(Passkey.id)).all()
        if gone:
            told = {"passkeys": len(gone)}
            record(session, caller.organisation_id, "passkey.removed", f"member:{member_id}", told)
    return len(gone)


def has_passkeys(session: Session, member_id: int) -> bool:
    """Whether a member needs more than the password."""
    return session.scalar(sa.select(sa.exists().where(Passkey.member_id == member_id))) is True


def begin_proving(member: Member, origin: str) -> Challenge:
    """Ask a member who gave the password for one of their passkeys."""
    with tenant_transaction(member.organisation_id) as session:
        known = _of(session, member.id)
    options = generate_authentication_options(
        rp_id=_host(origin),
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Challenge(json.loads(options_to_json(options)), _ticket("prove", member, options.challenge))


def prove(session: Session, member: Member, origin: str, ticket: str, credential: str) -> None:
    """Check a device's answer, in the transaction that lets the member in. Raises Unauthorized."""
    challenge = _challenge("prove", member, ticket)
    try:
        sent = json.loads(credential)
        known = base64url_to_bytes(sent["rawId"])
        chosen = [Passkey.member_id == member.id, Passkey.credential_id == known]
        passkey = session.scalars(sa.select(Passkey).where(*chosen).with_for_update()).one_or_none()
        if passkey is None:
            raise Unauthorized("this passkey is not yours")
        verified = verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Unauthorized("the device's answer proves nothing: begin again") from error
    passkey.sign_count = verified.new_sign_count
    passkey.last_used_at = clock.now()


def _of(session: Session, member_id: int) -> Sequence[Passkey]:
    chosen = sa.select(Passkey).where(Passkey.member_id == member_id)
    return session.scalars(chosen.order_by(Passkey.created_at, Passkey.id)).all()


def _ticket(purpose: str, member: Member, challenge: bytes) -> str:
    return _seal(purpose, member).seal_for(MINUTES * 60, challenge=bytes_to_base64url(challenge))


def _challenge(purpose: str, member: Member, ticket: str) -> bytes:
    told = _seal(purpose, member).open_in_time(ticket)
    if told is None:
        raise Unauthorized("this took too long: begin again")
    limits: RateLimits = current_app.extensions["cci_limits"]
    try:
        limits.count(_ONCE, "challenge", hash_secret(ticket))
    except CciError as error:
        raise Unauthorized("this was tried before: begin again") from error
    return base64url_to_bytes(told["challenge"])


def _seal(purpose: str, member: Member) -> Seal:
    secret = current_app.config["SETTINGS"].secret_key
    return Seal(secret, f"passkey {purpose} {member.organisation_id} {member.id}")


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""
