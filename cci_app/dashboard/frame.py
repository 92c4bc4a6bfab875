"""What every page has: who looks at it, in which language, its security headers, its errors, and how it is polled."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.sansio.app import App
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from cci_app.accounts.auth import current_caller
from cci_app.accounts.caller import Role
from cci_app.core.errors import CciError, Unauthorized
from cci_app.dashboard.formats import FILTERS
from cci_app.dashboard.looking import LANGUAGES, language, show_to_a_stranger, who_looks
from cci_app.dashboard.words import gettext, ngettext

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"
_UNREACHABLE = 503
# Pico draws the arrow of a select as an image of its style sheet.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types pages"
)


def init_pages(app: App) -> None:
    """Give the templates their words and formats."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    environment: Any = app.jinja_env
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(asset=asset, here_with=here_with)


def make_pages(name: str, module: str, **options: Any) -> Blueprint:
    """A blueprint of pages."""
    blueprint = Blueprint(name, module, template_folder="templates", **options)
    blueprint.after_request(_protect)
    blueprint.errorhandler(CciError)(_explain)
    blueprint.errorhandler(HTTPException)(_explain)
    for unreachable in (DBAPIError, PoolTimeout):
        blueprint.errorhandler(unreachable)(_explain_database)
    blueprint.errorhandler(Exception)(_explain_fault)
    return blueprint


@cache
def asset(name: str) -> str:
    """The address of a file of the pages, which changes with its content: browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def organisation_id() -> int:
    """Whose page it is."""
    return current_caller().organisation_id


def may_change() -> bool:
    """Whether the member may do more than look."""
    return may(Role.ADMIN)


def may(role: Role) -> bool:
    """Whether the member has at least that role."""
    caller = g.get("caller")
    return caller is not None and caller.role is not None and caller.role.covers(role)


def page(template: str, **context: Any) -> str:
    """Render a page of the present member."""
    return render_template(
        f"dashboard/{template}.html",
        language=language(),
        organisation=who_looks(),
        is_member=may(Role.VIEWER),
        may_write=may(Role.AGENT),
        may_change=may_change(),
        here=request.path,
        query=request.args,
        **context,
    )


def is_part() -> bool:
    """Whether a script on the page asks for a part of it, not a person for the page."""
    return request.headers.get("HX-Request") == "true"


def tag_of(*values: object) -> str:
    """A short word that changes when any of the values does."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:20]


def unchanged(tag: str) -> Response | None:
    """The answer to a poll that knows this tag already; None where something has to be rendered."""
    if request.headers.get("HX-PTag") == tag or tag in request.if_none_match:
        response = Response(status=304)
        response.headers["HX-PTag"] = tag
        return response
    return None


def tagged(body: str, tag: str) -> Response:
    """A part of a page that is polled: whoever has this tag need not get it again."""
    response = make_response(body)
    response.headers["HX-PTag"] = tag
    response.set_etag(tag, weak=True)
    return response


def go(address: str) -> Response:
    """Lead on to another page after something was done, whoever asked."""
    if not is_part():
        return make_response(redirect(address, 303))
    response = Response(status=204)
    response.headers["HX-Redirect"] = address
    return response


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CSP
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


def _explain(error: CciError | HTTPException) -> Any:
    """An error as a page that says what to do next; as a sentence where a part of a page was asked for."""
    if isinstance(error, HTTPException) and error.response is not None:
        return error
    status, code = (error.status, error.code) if isinstance(error, CciError) else (error.code or 500, "")
    if isinstance(error, Unauthorized):
        # Whoever came by a link has nowhere to sign in.
        return _problem(410) if "link" in (request.view_args or {}) else _over()
    return _problem(status, code, error.message if isinstance(error, CciError) else None)


def _explain_database(error: Exception) -> Response:
    if isinstance(error, PoolTimeout | OperationalError) or getattr(error, "connection_invalidated", False):
        log.error("database_unavailable", error=type(error).__name__)
        return _problem(_UNREACHABLE)
    return _explain_fault(error)


def _explain_fault(error: Exception) -> Response:
    log.error("page_failed", exc_info=error)
    return _problem(500)


def _problem(status: int, code: str = "", message: str | None = None) -> Response:
    if status == _UNREACHABLE or "caller" not in g:
        show_to_a_stranger(request.accept_languages.best_match(LANGUAGES))
    template = "parts/problem" if is_part() else "problem"
    body = page(template, status=status, code=code, message=message)
    return _noticed(body, status) if is_part() else make_response(body, status)


def _over() -> Any:
    """The session is over: a page leads to the sign-in; a script on a page says so, and what was typed stays there."""
    if not is_part():
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/admin"
        return redirect(f"/login?{urlencode({'next': wanted})}", 303)
    show_to_a_stranger(request.accept_languages.best_match(LANGUAGES))
    return _noticed(page("parts/over"), 401)


def _noticed(body: str, status: int) -> Response:
    """What is told at the head of the page that stays as it is."""
    response = make_response(body, status)
    response.headers.update({"HX-Reswap": "innerHTML", "HX-Retarget": "#notice", "HX-Reselect": ".notice"})
    return response


def here_with(**changes: Any) -> str:
    """The present address with some filters changed; None takes one away."""
    kept: Mapping[str, Any] = {**request.args.to_dict(), **changes}
    view = request.view_args or {}
    return url_for(request.endpoint or "", **view, **{name: value for name, value in kept.items() if value is not None})
