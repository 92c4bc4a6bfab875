"""A program proves itself by an API key."""

from collections.abc import Mapping
from typing import Any

from flask import Request

from cci_app.accounts.bearer import bearer_in, is_token
from cci_app.accounts.caller import Caller
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.keys import find_caller
from cci_app.core.errors import Unauthorized
from cci_app.core.lookups import LookUps

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
        self._callers: LookUps[str, Caller] = LookUps(_CACHE_SIZE)

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
        try:
            return self._callers.find(key_hash, lambda: _holder_of(key))
        except Unauthorized:
            self._callers.forget(key_hash)
            raise


def _holder_of(key: str) -> Caller:
    found = find_caller(key)
    if found is None:
        raise Unauthorized("this API key is not valid")
    return found


def _key_in(request: Request) -> str:
    key = request.headers.get("X-API-Key", "")
    if key:
        return key
    word = bearer_in(request)
    return "" if is_token(word) else word.strip()
