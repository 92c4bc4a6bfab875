"""A member proves themselves by the cookie of a session."""

from collections.abc import Mapping
from typing import Any

from flask import Request, Response, current_app

from cci_app.accounts.caller import Caller
from cci_app.accounts.members.sessions import WHOLE, find_session
from cci_app.accounts.origin import READING, refuse_other_sites
from cci_app.core.errors import Unauthorized
from config.settings import Environment

_NAME = "cci_session"
_DEVICE_SECONDS = 365 * 24 * 3600


class Sessions:
    """Sessions of members in a cookie that no script reads and no other site sends."""

    asks = "sign in at /login"
    for_members = True
    schemes: Mapping[str, Mapping[str, Any]] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": f"__Host-{_NAME}",
            "description": "A member who signed in at /login; what changes something is taken from our own pages alone",
        }
    }

    def claimed(self, request: Request) -> bool:
        """Whether there is such a cookie."""
        return bool(SESSION.read(request))

    def secret(self, request: Request) -> str:
        """The token in the cookie."""
        return SESSION.read(request)

    def prove(self, request: Request) -> Caller:
        """Look the session up: one that was ended is over at once."""
        if request.method not in READING:
            refuse_other_sites(request)
        caller = find_session(SESSION.read(request))
        if caller is None:
            raise Unauthorized("this session is over: sign in again")
        return caller


class Cookie:
    """One cookie of ours, which no script reads and no other site sends."""

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self, request: Request) -> str:
        """What the browser kept; empty where it kept nothing."""
        return request.cookies.get(_name(self._name, request), "")

    def keep(self, response: Response, request: Request, value: str, seconds: int) -> None:
        """Let the browser keep a value."""
        response.set_cookie(
            _name(self._name, request),
            value,
            max_age=seconds,
            secure=_is_secure(request),
            httponly=True,
            samesite="Lax",
            path="/",
        )

    def drop(self, response: Response, request: Request) -> None:
        """Take it from the browser."""
        self.keep(response, request, "", 0)


SESSION = Cookie(_NAME)
# What makes a browser a known device, from its member's first sign-in on.
DEVICE = Cookie("cci_device")
# That a member gave the password, and owes a passkey.
HALF = Cookie("cci_half")
# What ties a browser that left for a directory to the answer that it brings back; it serves once.
LEAVING = Cookie("cci_leaving")


def keep_session(response: Response, request: Request, token: str, device: str) -> None:
    """Give the browser its session, and what makes it a known device, which stays when the session ends."""
    SESSION.keep(response, request, token, int(WHOLE.total_seconds()))
    DEVICE.keep(response, request, device, _DEVICE_SECONDS)


def _name(name: str, request: Request) -> str:
    """With the prefix no other host, and nobody without TLS, can set the cookie."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    """Always in production; elsewhere pages are also served without TLS, and must work there."""
    return request.is_secure or current_app.config["SETTINGS"].environment == Environment.PRODUCTION
