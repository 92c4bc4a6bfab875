"""A program proves itself by a token that its key was exchanged for: signed, for some minutes, looked up nowhere."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Request, current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from cci_app.accounts.bearer import bearer_in, is_token
from cci_app.accounts.caller import Caller, Proof, Role, Scope
from cci_app.core.errors import Unauthorized
from config.settings import Settings

# Pinned: what a token says of its own algorithm is not believed.
ALGORITHM = "HS256"
_ISSUER = "cci-app"
# Longer than any of ours.
_LONGEST = 4_096


class SignedTokens:
    """SignedTokens in the header `Authorization`, as bearers."""

    asks = "send a token of /api/v1/auth/token as a bearer"
    for_members = False
    schemes: Mapping[str, Mapping[str, Any]] = {
        "jwt": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token that an API key was exchanged for, or that a member logged in for",
        }
    }

    def claimed(self, request: Request) -> bool:
        """Whether a token was sent."""
        return bool(token_in(request))

    def secret(self, request: Request) -> str:
        """The token."""
        return token_in(request)

    def prove(self, request: Request) -> Caller:
        """Who calls: as the signature proves it, until the token's end."""
        try:
            token = jwt.decode(token_in(request), _key(), algorithms=[ALGORITHM])
            told = jwt.JWTClaimsRegistry(iss={"essential": True, "value": _ISSUER}, exp={"essential": True})
            told.validate(token.claims)
            return _caller(token.claims)
        except (JoseError, ValueError, KeyError, TypeError):
            raise Unauthorized("this token is not valid, or is over: exchange your key for another") from None


def make_token(caller: Caller) -> tuple[str, int]:
    """A token for what the caller may do, without running the installation, and for how many seconds it holds."""
    seconds = _settings().jwt_expire_minutes * 60
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": _ISSUER,
        "sub": caller.who,
        "name": caller.name,
        "org": caller.organisation_id,
        "scopes": sorted(caller.scopes - {Scope.OPERATOR, Scope.ADMIN}),
        "iat": now,
        "exp": now + seconds,
    }
    if caller.role is not None:
        claims |= {"role": caller.role.value, "member": caller.member_id}
    return jwt.encode({"alg": ALGORITHM}, claims, _key()), seconds


def _caller(claims: Mapping[str, Any]) -> Caller:
    """Whom a token that holds speaks for: a program with its scopes, or a member with the role that they had then."""
    is_member = "member" in claims
    return Caller(
        int(claims["org"]),
        str(claims["sub"]),
        Proof.JWT,
        scopes=frozenset(Scope(each) for each in claims["scopes"]),
        role=Role(claims["role"]) if is_member else None,
        name=str(claims["name"]),
        member_id=int(claims["member"]) if is_member else None,
    )


def token_in(request: Request) -> str:
    """The token that a request carries; one that is too long is none."""
    word = bearer_in(request)
    return word.strip() if is_token(word) and len(word) <= _LONGEST else ""


def _key() -> OctKey:
    settings = _settings()
    secret = settings.jwt_secret_key or settings.secret_key
    return OctKey.import_key(f"tokens {secret.get_secret_value()}".encode())


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
