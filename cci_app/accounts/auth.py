"""Who calls: every request but those of the public blueprints presents an API key."""

import time
from collections.abc import Mapping
from typing import cast

import structlog
from flask import Flask, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.accounts.keys import Caller, find_caller, hash_key
from cci_app.core.errors import Forbidden, Unauthorized

# A key is looked up again after some seconds, so that a revoked one soon stops working; while the database cannot be
# asked, what was known within the last minute holds.
_FRESH_SECONDS = 5.0
_STALE_SECONDS = 60.0
_CACHE_SIZE = 10_000
_known: dict[str, tuple[float, Caller]] = {}


def init_auth(app: Flask, scopes: Mapping[str, str | None]) -> None:
    """Ask every request for a key. `scopes` maps a blueprint's name to the scope it needs, None for public ones.

    A blueprint that is not in the map is closed to everyone: access is denied by default.
    """

    @app.before_request
    def _authenticate() -> None:
        # `g` belongs to the application context, which may be older than the request.
        g.pop("caller", None)
        blueprint = request.blueprint
        if request.endpoint is None or scopes.get(blueprint or "", "closed") is None:
            return
        caller = _caller(_presented_key())
        g.caller = caller
        structlog.contextvars.bind_contextvars(organisation_id=caller.organisation_id)
        needed = scopes.get(blueprint or "", "nothing grants this")
        if needed not in caller.scopes:
            raise Forbidden(f"this key lacks the scope {needed}", details={"scope": needed})


def current_caller() -> Caller:
    """The caller of the present request."""
    return cast(Caller, g.caller)


def caller_if_known() -> Caller | None:
    """Who calls an address that is open to everybody, where they present a key that is valid."""
    try:
        return _caller(_presented_key())
    except Unauthorized:
        return None


def _presented_key() -> str:
    key = request.headers.get("X-API-Key", "")
    if not key:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else ""
    if not key:
        raise Unauthorized("send your API key in the header X-API-Key")
    return key


def _caller(key: str) -> Caller:
    key_hash = hash_key(key)
    known = _known.get(key_hash)
    age = time.monotonic() - known[0] if known else float("inf")
    if known and age < _FRESH_SECONDS:
        return known[1]
    try:
        found = find_caller(key)
    except (DBAPIError, PoolTimeout):
        if known and age < _STALE_SECONDS:
            return known[1]
        raise
    if found is None:
        _known.pop(key_hash, None)
        raise Unauthorized("this API key is not valid")
    if len(_known) >= _CACHE_SIZE:
        _known.clear()
    _known[key_hash] = (time.monotonic(), found)
    return found
