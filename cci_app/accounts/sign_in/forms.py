"""What the forms before a session share: what was typed, on which device, and the answers."""

from collections.abc import Iterable
from typing import Any

from flask import Response, make_response, redirect, render_template, request

from cci_app.accounts.members.attempts import device_of
from cci_app.accounts.members.sessions import Device
from cci_app.accounts.session_cookie import DEVICE, keep_session
from cci_app.core.errors import CciError

HOME = "/admin"


def field(name: str) -> str:
    """What was typed in a field, as it came; empty where it is missing."""
    return request.form.get(name, "")


def present_device() -> Device:
    """The device that asks."""
    return Device(request.remote_addr or "", request.headers.get("User-Agent", ""))


def wanted_language(languages: Iterable[str]) -> str:
    """The one of these that the browser asks for, or English."""
    return request.accept_languages.best_match(languages) or "en"


def go(path: str) -> Response:
    """Lead on to one of our own pages."""
    return _not_kept(make_response(redirect(path, 303)))


def let_in(email: str, session: str) -> Response:
    """Lead whoever proved the address into the pages, in this session."""
    response = go(HOME)
    keep_session(response, request, session, device_of(email, DEVICE.read(request)))
    return response


def rendered(file: str, csp: str, error: CciError | None = None, **shown: Any) -> Response:
    """A page, with the status of an error and how long to wait."""
    response = _not_kept(make_response(render_template(file, **shown)))
    response.headers["Content-Security-Policy"] = csp
    if error is not None:
        response.status_code = error.status
        if error.retry_after:
            response.headers["Retry-After"] = str(error.retry_after)
    return response


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
