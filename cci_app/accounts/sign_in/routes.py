"""Signing in and out, and the links that let somebody in. These are pages: the API's description does not list them."""

import json
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request, send_from_directory, url_for
from flask.blueprints import BlueprintSetupState
from limits import parse

from cci_app.accounts.auth import caller_if_known
from cci_app.accounts.caller import Proof
from cci_app.accounts.members.links import PATHS, LinkOver, accept, ask_reset, look_at, reset
from cci_app.accounts.members.models import LinkKind
from cci_app.accounts.members.passkeys import MINUTES as PASSKEY_MINUTES
from cci_app.accounts.members.register import LONGEST_NAME
from cci_app.accounts.members.sessions import find_session, revoke_session
from cci_app.accounts.members.sign_in import (
    HalfSignedIn,
    ask_again,
    finish_sign_in,
    sign_in,
    sign_in_with_directory,
)
from cci_app.accounts.origin import our_origin
from cci_app.accounts.session_cookie import DEVICE, HALF, LEAVING, SESSION, keep_session
from cci_app.accounts.sign_in.entra import MINUTES, Entra, make_entra
from cci_app.accounts.sign_in.forms import HOME, field, go, let_in, present_device, rendered, wanted_language
from cci_app.accounts.sign_in.words import LANGUAGES, WORDS
from cci_app.core.audit import acting_for
from cci_app.core.errors import CciError, Forbidden, NotFound
from cci_app.core.http.limits import RateLimits
from cci_app.core.text import clean

STATIC = Path(__file__).parent / "static"
_FAILURES = parse("60/5 minutes")
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
        return go(_next())
    return _page("login")


@blueprint.post("/login")
def log_in() -> Response:
    """Sign in with the fields `email` and `password`."""
    try:
        signed_in = sign_in(
            field("email"), field("password"), present_device(), DEVICE.read(request), our_origin(request)
        )
    except CciError as error:
        return _page("login", error)
    if isinstance(signed_in, HalfSignedIn):
        return _ask_for_passkey(signed_in)
    response = go(_next())
    keep_session(response, request, signed_in.token, signed_in.device)
    return response


@blueprint.post("/login/passkey")
def prove_by_passkey() -> Response:
    """Finish signing in with the fields `credential` and `ticket`."""
    half, device = HALF.read(request), present_device()
    origin = our_origin(request)
    try:
        answer = field("ticket"), field("credential"), device, DEVICE.read(request), origin
        signed_in = finish_sign_in(half, *answer)
    except CciError as error:
        try:
            return _ask_for_passkey(ask_again(half, origin), error)
        except CciError:
            return _page("login", error, problem="passkey_401")
    response = go(_next())
    keep_session(response, request, signed_in.token, signed_in.device)
    HALF.drop(response, request)
    return response


@blueprint.get("/login/passkey.js")
def get_passkey_script() -> Response:
    """What asks the browser for a passkey."""
    return send_from_directory(STATIC, "passkey.js", max_age=3600)


def _ask_for_passkey(half: HalfSignedIn, error: CciError | None = None) -> Response:
    options, ticket = json.dumps(half.challenge.options), half.challenge.ticket
    response = _page("passkey", error, problem="passkey_401", options=options, ticket=ticket)
    response.headers["Content-Security-Policy"] = f"{_CSP}; script-src 'self'"
    HALF.keep(response, request, half.kept, PASSKEY_MINUTES * 60)
    return response


@blueprint.get("/login/microsoft")
def leave_for_microsoft() -> Response:
    """Go to the organisation's tenant to sign in there."""
    entra = _entra()
    try:
        leaving = entra.leave(_return_address(), _next())
    except CciError as error:
        return _page("login", error)
    response = go(leaving.address)
    LEAVING.keep(response, request, leaving.kept, MINUTES * 60)
    return response


@blueprint.get("/login/microsoft/callback")
def come_back_from_microsoft() -> Response:
    """Sign in whoever the tenant vouches for."""
    entra = _entra()
    counted = ("microsoft", present_device().address)
    try:
        _limits().check(_FAILURES, *counted)
        given = request.args.get("state", ""), request.args.get("code", "")
        person, wanted = entra.come_back(_return_address(), LEAVING.read(request), *given)
        organisation = current_app.config["SETTINGS"].default_organisation
        signed_in = sign_in_with_directory(organisation, person, present_device(), DEVICE.read(request))
    except CciError as error:
        _limits().note(_FAILURES, *counted)
        response = _page("login", error, problem=f"microsoft_{error.status}")
    else:
        response = go(wanted)
        keep_session(response, request, signed_in.token, signed_in.device)
    LEAVING.drop(response, request)
    return response


@blueprint.record_once
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions["cci_entra"] = make_entra(state.app.config["SETTINGS"])


def _entra() -> Entra:
    entra: Entra | None = current_app.extensions["cci_entra"]
    if entra is None:
        raise NotFound("signing in with Microsoft is not set up")
    return entra


def _return_address() -> str:
    return f"{our_origin(request)}{url_for('sign_in.come_back_from_microsoft')}"


def _limits() -> RateLimits:
    limits: RateLimits = current_app.extensions["cci_limits"]
    return limits


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session of this device, if there is one."""
    caller = find_session(SESSION.read(request))
    if caller is not None and caller.session_id is not None:
        with acting_for(caller.who, caller.name):
            revoke_session(caller.organisation_id, caller.session_id)
    response = go("/login")
    SESSION.drop(response, request)
    return response


@blueprint.get("/login/forgot")
def show_forgot() -> Response:
    """The form of whoever forgot the password."""
    return _page("forgot")


@blueprint.post("/login/forgot")
def ask_for_link() -> Response:
    """Send a link to the address in the field `email`, if it is a member's; the answer does not tell."""
    try:
        ask_reset(field("email"), present_device().address)
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
        member, session = accept(
            token, clean(field("name"))[:LONGEST_NAME].strip(), field("password"), present_device()
        )
    except LinkOver:
        raise
    except CciError as error:
        return _page("invitation", error, email=look_at(token, LinkKind.INVITATION).email)
    return let_in(member.email, session)


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
        member, session = reset(token, field("password"), present_device())
    except LinkOver:
        raise
    except CciError as error:
        return _page("reset", error, email=look_at(token, LinkKind.RESET).email)
    return let_in(member.email, session) if session is not None else go("/login")


def _page(
    page: str, error: CciError | None = None, email: str | None = None, problem: str | None = None, **more: str
) -> Response:
    """A form; after an error with what is said of `problem`, or of the error's status."""
    words, language = _words()
    said = words.get(problem or "", words.get(str(error.status), words["500"])) if error else ""
    shown = {"name": field("name"), "next": request.values.get("next", ""), "problem": said, **more}
    if current_app.config["SETTINGS"].sign_up == "open":
        shown["sign_up"] = PATHS[LinkKind.SIGN_UP]
    if current_app.extensions["cci_entra"] is not None:
        shown["microsoft"] = url_for("sign_in.leave_for_microsoft", next=request.values.get("next") or None)
    return _rendered(page, words, language, error=error, email=email or field("email"), **shown)


def _told(page: str) -> Response:
    words, language = _words()
    return _rendered(page, words, language, template="told", text=words[f"{page}_text"])


def _words() -> tuple[dict[str, str], str]:
    language = wanted_language(LANGUAGES)
    return dict(WORDS[language]), language


def _rendered(page: str, words: dict[str, str], language: str, template: str | None = None, **shown: Any) -> Response:
    return rendered(f"sign_in/{template or page}.html", _CSP, page=page, words=words, language=language, **shown)


def _next() -> str:
    wanted = request.values.get("next", "")
    return wanted if _PATH.match(wanted) else HOME
