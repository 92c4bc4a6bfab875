"""Tokens of members: one that is signed and holds for minutes, and one to get the next with, which can be revoked.

What renews a token is a session like any other: it is listed with the member's devices, and ends with them.
"""

from dataclasses import dataclass

from flask import current_app

from cci_app.accounts.brake import Brake
from cci_app.accounts.caller import Caller
from cci_app.accounts.members.links import accept
from cci_app.accounts.members.sessions import Device, find_session
from cci_app.accounts.members.sign_in import HalfSignedIn, sign_in
from cci_app.accounts.token import make_token
from cci_app.core.errors import Forbidden, Unauthorized


@dataclass(frozen=True, slots=True)
class BearerTokens:
    """A token, for how many seconds it holds, and what another is had for."""

    access_token: str
    expires_in: int
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 (a kind, no secret)


def log_in(email: str, password: str, device: Device, origin: str) -> BearerTokens:
    """Prove a member by their password. Raises Unauthorized, TooManyRequests, Forbidden where a passkey is needed."""
    signed_in = sign_in(email, password, device, None, origin)
    if isinstance(signed_in, HalfSignedIn):
        raise Forbidden("this account has a passkey: sign in at /login, or call with an API key")
    return renew(signed_in.token, device.address)


def join(invitation: str, name: str, password: str, device: Device) -> BearerTokens:
    """Become a member as an invitation says. Raises LinkOver, InvalidInput, Conflict."""
    _, token = accept(invitation, name, password, device)
    return renew(token, device.address)


def renew(refresh_token: str, address: str) -> BearerTokens:
    """Another token for who has a session still. Raises Unauthorized, TooManyRequests."""
    brake: Brake = current_app.extensions["cci_brake"]
    with brake.on(address, refresh_token):
        caller = find_session(refresh_token)
        if caller is None:
            raise Unauthorized("this session is over: log in again")
    return BearerTokens(*make_token(caller), refresh_token)


def member_in(caller: Caller) -> int:
    """Which member calls. Raises Forbidden for programs."""
    if caller.member_id is None:
        raise Forbidden("this token is a program's: members log in at /auth/login")
    return caller.member_id
