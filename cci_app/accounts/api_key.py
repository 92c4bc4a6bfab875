"""A program proves itself by an API key."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.accounts.caller import Caller
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.keys import find_caller
from cci_app.core.errors import Unauthorized

# A key is looked up again after some seconds, so that a revoked one soon stops working; while the database cannot be
# asked, what was known within the last minute holds.
_FRESH_SECONDS = 5.0
_STALE_SECONDS = 60.0
_CACHE_SIZE = 10_000


class ApiKeys:
    """Keys in the header `X-API-Key`, or as bearer tokens."""

    asks = "send your API key in the header X-API-Key"
    for_members = False
    schemes: Mapping[str, Mapping[str, Any]] = {
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "Your API key"},
        "bearer": {"type": "http", "scheme": "bearer", "description": "The same key, as a bearer token"},
    }

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Caller]] = {}

    def claimed(self, request: Request) -> bool:
        """Whether a key was sent."""
        return bool(_key_in(request))

    def secret(self, request: Request) -> str:
        """The key."""
        return _key_in(request)

    def prove(self, request: Request) -> Caller:
        """Look the key up, or remember it."""
        key = _key_in(request)
        key_hash = hash_secret(key)
        known = self._known.get(key_hash)
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
            self._known.pop(key_hash, None)
            raise Unauthorized("this API key is not valid")
        if len(self._known) >= _CACHE_SIZE:
            self._known.clear()
        self._known[key_hash] = (time.monotonic(), found)
        return found


def _key_in(request: Request) -> str:
    key = request.headers.get("X-API-Key", "")
    if key:
        return key
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
