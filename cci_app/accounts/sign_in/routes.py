"""Signing in and out. These are pages: the API's description does not list them."""

import re

from flask import Blueprint, Response, make_response, redirect, render_template, request

from cci_app.accounts.auth import caller_if_known
from cci_app.accounts.caller import Proof
from cci_app.accounts.members.sessions import Device, find_session, revoke_session
from cci_app.accounts.members.sign_in import sign_in
from cci_app.accounts.session_cookie import drop_session, keep_session, kept_device, session_token
from cci_app.accounts.sign_in.words import LANGUAGES, WORDS
from cci_app.core.audit import acting_for
from cci_app.core.errors import CciError

HOME = "/admin"
_CSP = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# A path of ours: not `//elsewhere`, and nothing that a browser reads as that.
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~/?&=%+-]{0,500}\Z")

blueprint = Blueprint("sign_in", __name__, template_folder="templates")


@blueprint.get("/login")
def show_login() -> Response:
    """The form; whoever is signed in goes on."""
    caller = caller_if_known()
    if caller is not None and caller.proof is Proof.SESSION:
        return _go(_next())
    return _form()


@blueprint.post("/login")
def log_in() -> Response:
    """Sign in with the fields `email` and `password`."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        signed_in = sign_in(email, password, _device(), kept_device(request))
    except CciError as error:
        response = _form(error)
        response.status_code = error.status
        if error.retry_after:
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    response = _go(_next())
    keep_session(response, request, signed_in.token, signed_in.device)
    return response


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session of this device, if there is one."""
    caller = find_session(session_token(request))
    if caller is not None and caller.session_id is not None:
        with acting_for(caller.who, caller.name):
            revoke_session(caller.organisation_id, caller.session_id)
    response = _go("/login")
    drop_session(response, request)
    return response


def _form(error: CciError | None = None) -> Response:
    language = request.accept_languages.best_match(LANGUAGES) or "en"
    words = WORDS[language]
    said = words.get(str(error.status), words["500"]) if error else ""
    page = render_template(
        "sign_in/login.html",
        words=words,
        language=language,
        problem=said,
        email=request.form.get("email", ""),
        next=request.values.get("next", ""),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "no-store"
    return response


def _device() -> Device:
    return Device(request.remote_addr or "", request.headers.get("User-Agent", ""))


def _next() -> str:
    wanted = request.values.get("next", "")
    return wanted if _PATH.match(wanted) else HOME


def _go(path: str) -> Response:
    response = make_response(redirect(path, 303))
    response.headers["Cache-Control"] = "no-store"
    return response
