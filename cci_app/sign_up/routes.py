"""The pages of signing up. The API's description does not list them."""

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Response, current_app, request

from cci_app.accounts.members.links import LinkOver
from cci_app.accounts.members.register import LONGEST_NAME
from cci_app.accounts.sign_in.forms import field, go, let_in, present_device, rendered, wanted_language
from cci_app.core.errors import CciError, Forbidden, NotFound
from cci_app.core.text import clean
from cci_app.sign_up.founding import LONGEST_ORGANISATION, Founding, ask_sign_up, found, look_at_sign_up
from cci_app.sign_up.words import LANGUAGES, OWN_NAMES, WORDS

# Pico draws the arrow of a select as an image of its style sheet.
_CSP = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

blueprint = Blueprint("sign_up", __name__, template_folder="templates")


@blueprint.errorhandler(Forbidden)
def refuse_form(error: Forbidden) -> Response:
    """Tell on a page that a form came from another site."""
    return _told("elsewhere", error.status)


@blueprint.get("/sign-up")
def show_sign_up() -> Response:
    """The form of whoever wants an organisation of their own."""
    sign_up = current_app.config["SETTINGS"].sign_up
    if sign_up == "closed":
        raise NotFound("nobody may sign up here")
    return _page("ask") if sign_up == "open" else _told("by_invitation")


@blueprint.post("/sign-up")
def ask_to_sign_up() -> Response:
    """Send a link to the address in the field `email`."""
    try:
        path = ask_sign_up(field("email"), _language(), request.remote_addr or "")
    except NotFound:
        raise
    except CciError as error:
        return _page("ask", error, problem="email_422" if error.status == 422 else None)
    return _told("asked") if path is None else go(path)


@blueprint.get("/sign-up/<token>")
def show_founding(token: str) -> Response:
    """The form of a link. To look at it uses nothing up: programs that check mails do."""
    try:
        return _founding(look_at_sign_up(token))
    except LinkOver as error:
        return _told("over", error.status)


@blueprint.post("/sign-up/<token>")
def found_organisation(token: str) -> Response:
    """Make the organisation with the fields of the form, and go in."""
    language = field("language")
    given = Founding(
        clean(field("organisation"))[:LONGEST_ORGANISATION].strip(),
        language if language in LANGUAGES else _language(),
        field("timezone"),
        clean(field("name"))[:LONGEST_NAME].strip(),
        field("password"),
    )
    try:
        member, session = found(token, given, present_device())
    except NotFound:
        raise
    except LinkOver as error:
        return _told("over", error.status)
    except CciError as error:
        return _founding(look_at_sign_up(token), error)
    return let_in(member.email, session)


def _founding(email: str, error: CciError | None = None) -> Response:
    zone = field("timezone") or current_app.config["SETTINGS"].tz
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    missing = next(iter(error.details), "password") if error is not None else ""
    return _page("found", error, problem=f"{missing}_422", email=email, zone=zone, zones=zones, own_names=OWN_NAMES)


def _page(page: str, error: CciError | None = None, problem: str | None = None, **shown: Any) -> Response:
    """A form; after an error with what is said of `problem`, or of the error's status."""
    words = WORDS[_language()]
    said = ""
    if error is not None:
        said = words.get(problem or "", "") if error.status == 422 else ""
        said = said or words.get(str(error.status), words["500"])
    fields = {name: field(name) for name in ("organisation", "name", "email")}
    return _rendered(page, error=error, problem=said, **{**fields, **shown})


def _told(page: str, status: int = 200) -> Response:
    response = _rendered(page, template="told", text=WORDS[_language()][f"{page}_text"])
    response.status_code = status
    return response


def _rendered(page: str, template: str | None = None, **shown: Any) -> Response:
    language = _language()
    file = f"sign_up/{template or page}.html"
    return rendered(file, _CSP, page=page, words=WORDS[language], language=language, **shown)


def _language() -> str:
    return wanted_language(LANGUAGES)
