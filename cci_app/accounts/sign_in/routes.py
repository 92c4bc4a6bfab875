"""Signing in and out, and the links that let somebody in. These are pages: the API's description does not list them."""

import re
from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, make_response, redirect, render_template, request

from cci_app.accounts.auth import caller_if_known
from cci_app.accounts.caller import Proof
from cci_app.accounts.members.attempts import device_of
from cci_app.accounts.members.links import LinkOver, accept, ask_reset, look_at, reset
from cci_app.accounts.members.models import LinkKind
from cci_app.accounts.members.sessions import Device, find_session, revoke_session
from cci_app.accounts.members.sign_in import sign_in
from cci_app.accounts.session_cookie import drop_session, keep_session, kept_device, session_token
from cci_app.accounts.sign_in.words import LANGUAGES, WORDS
from cci_app.core.audit import acting_for
from cci_app.core.errors import CciError, Forbidden
from cci_app.core.text import clean

HOME = "/admin"
_LONGEST_NAME = 200
_CSP = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# A path of ours: not `//elsewhere`, and nothing that a browser reads as that.
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~/?&=%+-]{0,500}\Z")

blueprint = Blueprint("sign_in", __name__, template_folder="templates")


@blueprint.errorhandler(Forbidden)
def refuse(error: Forbidden) -> Response:
    """Tell on a page that a form came from another site."""
    return _page("login", error)


@blueprint.get("/login")
def show_login() -> Response:
    """The form; whoever is signed in goes on."""
    caller = caller_if_known()
    if caller is not None and caller.proof is Proof.SESSION:
        return _go(_next())
    return _page("login")


@blueprint.post("/login")
def log_in() -> Response:
    """Sign in with the fields `email` and `password`."""
    try:
        signed_in = sign_in(_field("email"), _field("password"), _device(), kept_device(request))
    except CciError as error:
        return _page("login", error)
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


@blueprint.get("/login/forgot")
def show_forgot() -> Response:
    """The form of whoever forgot the password."""
    return _page("forgot")


@blueprint.post("/login/forgot")
def ask_for_link() -> Response:
    """Send a link to the address in the field `email`, if it is a member's; the answer does not tell."""
    try:
        ask_reset(_field("email"), _device().address)
    except CciError as error:
        return _page("forgot", error)
    return _told("asked")


def _while_good(view: Callable[[str], Response]) -> Callable[[str], Response]:
    """Tell whoever holds a link that is over so."""

    @wraps(view)
    def shown(token: str) -> Response:
        try:
            return view(token)
        except LinkOver as error:
            response = _told("over")
            response.status_code = error.status
            return response

    return shown


@blueprint.get("/login/invitation/<token>")
@_while_good
def show_invitation(token: str) -> Response:
    """The form of an invitation. To look at it uses nothing up: programs that check mails do."""
    return _page("invitation", email=look_at(token, LinkKind.INVITATION).email)


@blueprint.post("/login/invitation/<token>")
@_while_good
def accept_invitation(token: str) -> Response:
    """Become a member with the fields `name` and `password`, and go in."""
    try:
        member, session = accept(token, clean(_field("name"))[:_LONGEST_NAME].strip(), _field("password"), _device())
    except LinkOver:
        raise
    except CciError as error:
        return _page("invitation", error, email=look_at(token, LinkKind.INVITATION).email)
    return _let_in(member.email, session)


@blueprint.get("/login/reset/<token>")
@_while_good
def show_reset(token: str) -> Response:
    """The form of a new password."""
    return _page("reset", email=look_at(token, LinkKind.RESET).email)


@blueprint.post("/login/reset/<token>")
@_while_good
def set_new_password(token: str) -> Response:
    """Set the password in the field `password`, and go in."""
    try:
        member, session = reset(token, _field("password"), _device())
    except LinkOver:
        raise
    except CciError as error:
        return _page("reset", error, email=look_at(token, LinkKind.RESET).email)
    return _let_in(member.email, session)


def _let_in(email: str, session: str) -> Response:
    response = _go(HOME)
    keep_session(response, request, session, device_of(email, kept_device(request)))
    return response


def _page(page: str, error: CciError | None = None, email: str | None = None) -> Response:
    words, language = _words()
    problem = words.get(str(error.status), words["500"]) if error else ""
    shown = {"name": _field("name"), "next": request.values.get("next", "")}
    response = _rendered(page, words, language, problem=problem, email=email or _field("email"), **shown)
    if error is not None:
        response.status_code = error.status
        if error.retry_after:
            response.headers["Retry-After"] = str(error.retry_after)
    return response


def _told(page: str) -> Response:
    words, language = _words()
    return _rendered(page, words, language, template="told", text=words[f"{page}_text"])


def _words() -> tuple[dict[str, str], str]:
    language = request.accept_languages.best_match(LANGUAGES) or "en"
    return dict(WORDS[language]), language


def _rendered(page: str, words: dict[str, str], language: str, template: str | None = None, **shown: str) -> Response:
    file = f"sign_in/{template or page}.html"
    response = make_response(render_template(file, page=page, words=words, language=language, **shown))
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "no-store"
    return response


def _field(name: str) -> str:
    return request.form.get(name, "")


def _device() -> Device:
    return Device(request.remote_addr or "", request.headers.get("User-Agent", ""))


def _next() -> str:
    wanted = request.values.get("next", "")
    return wanted if _PATH.match(wanted) else HOME


def _go(path: str) -> Response:
    response = make_response(redirect(path, 303))
    response.headers["Cache-Control"] = "no-store"
    return response
