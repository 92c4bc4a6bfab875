"""The script that shows a chat on any page, and the page of those that have a link: open to everybody."""

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request, send_from_directory

from cci_app.core.errors import NotFound
from cci_app.web_chats.register import find_chat
from cci_app.web_chats.visitors import about

STATIC = Path(__file__).parent / "static"
LANGUAGES = ("es", "fr", "en")
_SCRIPT_SECONDS = 600
_CSP = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)

pages = Blueprint("chat_pages", __name__, template_folder="templates")


@pages.get("/chat.js")
def get_chat_script() -> Response:
    """The one script that shows a chat on any page."""
    response = send_from_directory(STATIC, "chat.js")
    response.headers["Cache-Control"] = f"public, max-age={_SCRIPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@pages.get("/chat/<string:chat>")
def show_chat_page(chat: str) -> Response:
    """A page with nothing but the chat, for whoever has the link."""
    found = find_chat(chat)
    try:
        title = about(found)["title"] if found is not None and found.has_link else None
    except NotFound:
        title = None
    language = request.accept_languages.best_match(LANGUAGES) or "en"
    body = render_template("web_chats/chat.html", chat=chat, title=title, language=language)
    response = make_response(body, 404 if title is None else 200)
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "no-store"
    return response
