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
_DEVICE_NAME = "cci_device"
_HALF_NAME = "cci_half"
_LEAVING_NAME = "cci_leaving"
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
        return bool(session_token(request))

    def secret(self, request: Request) -> str:
        """The token in the cookie."""
        return session_token(request)

    def prove(self, request: Request) -> Caller:
        """Look the session up: one that was ended is over at once."""
        if request.method not in READING:
            refuse_other_sites(request)
        caller = find_session(session_token(request))
        if caller is None:
            raise Unauthorized("this session is over: sign in again")
        return caller


def session_token(request: Request) -> str:
    """The token in the cookie; empty where there is none."""
    return request.cookies.get(_name(_NAME, request), "")


def kept_device(request: Request) -> str | None:
    """What the browser kept of an earlier sign-in."""
    return request.cookies.get(_name(_DEVICE_NAME, request))


def keep_session(response: Response, request: Request, token: str, device: str) -> None:
    """Give the browser its session, and what makes it a known device."""
    _set(response, request, _NAME, token, int(WHOLE.total_seconds()))
    _set(response, request, _DEVICE_NAME, device, _DEVICE_SECONDS)


def drop_session(response: Response, request: Request) -> None:
    """Take the session from the browser; the device stays known."""
    _set(response, request, _NAME, "", 0)


def keep_leaving(response: Response, request: Request, kept: str, seconds: int) -> None:
    """Let the browser keep what ties it to the answer of a directory."""
    _set(response, request, _LEAVING_NAME, kept, seconds)


def kept_leaving(request: Request) -> str | None:
    """What the browser kept when it left for a directory."""
    return request.cookies.get(_name(_LEAVING_NAME, request))


def drop_leaving(response: Response, request: Request) -> None:
    """It serves once."""
    _set(response, request, _LEAVING_NAME, "", 0)


def keep_half(response: Response, request: Request, kept: str, seconds: int) -> None:
    """Let the browser keep that its member gave the password."""
    _set(response, request, _HALF_NAME, kept, seconds)


def kept_half(request: Request) -> str | None:
    """What the browser kept when the password was right."""
    return request.cookies.get(_name(_HALF_NAME, request))


def drop_half(response: Response, request: Request) -> None:
    """The member is in."""
    _set(response, request, _HALF_NAME, "", 0)


def _set(response: Response, request: Request, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(name, request),
        value,
        max_age=seconds,
        secure=_is_secure(request),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _name(name: str, request: Request) -> str:
    """With the prefix no other host, and nobody without TLS, can set the cookie."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    """Always in production; elsewhere pages are also served without TLS, and must work there."""
    return request.is_secure or current_app.config["SETTINGS"].environment == Environment.PRODUCTION
