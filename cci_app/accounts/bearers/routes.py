"""Tokens of members."""

from typing import Any

from flask import request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.bearers import members
from cci_app.accounts.bearers.schemas import (
    BearerTokensResponse,
    LogInPayload,
    ProfileResponse,
    RefreshPayload,
    RegisterPayload,
    VerifiedTokenResponse,
)
from cci_app.accounts.members.register import find_member
from cci_app.accounts.members.sessions import Device
from cci_app.accounts.origin import our_origin
from cci_app.core.http.api import EdgeBlueprint

_PASSWORD = "caballo pila grapa correcto"  # noqa: S105 (an example)
_TOKENS = {"access_token": "eyJ…", "token_type": "bearer", "expires_in": 1800, "refresh_token": "bm90IGEgcmVhbCBvbmU"}
_PROFILE = {"id": 7, "email": "ana@example.org", "name": "Ana Pérez", "role": "agent", "language": "es"}

entry = EdgeBlueprint("auth", __name__, url_prefix="/auth", description="Tokens of members")
bearers = EdgeBlueprint("bearers", __name__, url_prefix="/auth", description="Whose a token is")


def _device() -> Device:
    return Device(request.remote_addr or "", request.user_agent.string)


@entry.post("/register")
@entry.arguments(
    RegisterPayload, example={"invitation": "V2hvIGludml0ZWQgeW91Pw", "name": "Ana Pérez", "password": _PASSWORD}
)
@entry.response(201, BearerTokensResponse, example=_TOKENS)
@entry.alt_response(409, "CONFLICT")
@entry.alt_response(410, "GONE")
@entry.alt_response(422, "UNPROCESSABLE_ENTITY")
def register_member(payload: dict[str, Any]) -> Any:
    """Become a member of the organisation that invited you."""
    return members.join(payload["invitation"], payload["name"], payload["password"], _device())


@entry.post("/login")
@entry.arguments(LogInPayload, example={"email": "ana@example.org", "password": _PASSWORD})
@entry.response(200, BearerTokensResponse, example=_TOKENS)
@entry.alt_response(401, "UNAUTHORIZED")
@entry.alt_response(403, "FORBIDDEN")
@entry.alt_response(422, "UNPROCESSABLE_ENTITY")
@entry.alt_response(429, "TOO_MANY_REQUESTS")
def log_in_member(payload: dict[str, Any]) -> Any:
    """Get a token for a member's address and password. It holds for half an hour; the other one gets the next."""
    return members.log_in(payload["email"], payload["password"], _device(), our_origin(request))


@entry.post("/refresh")
@entry.arguments(RefreshPayload, example={"refresh_token": "bm90IGEgcmVhbCBvbmU"})
@entry.response(200, BearerTokensResponse, example=_TOKENS)
@entry.alt_response(401, "UNAUTHORIZED")
@entry.alt_response(422, "UNPROCESSABLE_ENTITY")
@entry.alt_response(429, "TOO_MANY_REQUESTS")
def refresh_token(payload: dict[str, Any]) -> Any:
    """Get another token while the session is not over. It ends with the member's devices, or after 30 days."""
    return members.renew(payload["refresh_token"], request.remote_addr or "")


@bearers.get("/profile")
@bearers.response(200, ProfileResponse, example=_PROFILE)
@bearers.alt_response(404, "NOT_FOUND")
def get_profile() -> Any:
    """Tell who the token is."""
    caller = current_caller()
    return find_member(caller.organisation_id, members.member_in(caller))


@bearers.get("/verify")
@bearers.response(
    200, VerifiedTokenResponse, example={"valid": True, "member_id": 7, "organisation_id": 1, "role": "agent"}
)
@bearers.alt_response(404, "NOT_FOUND")
def verify_token() -> dict[str, Any]:
    """Say that the token holds, and that its member is one still, in the role that they have now."""
    caller = current_caller()
    member = find_member(caller.organisation_id, members.member_in(caller))
    return {"valid": True, "member_id": member.id, "organisation_id": caller.organisation_id, "role": member.role}
