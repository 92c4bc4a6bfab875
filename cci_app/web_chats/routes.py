"""Chats on the web: what admins set of them, and what a page asks."""

import hashlib
from http import HTTPStatus
from typing import Any

from flask import Response, g, request

from cci_app.accounts.auth import current_caller
from cci_app.accounts.origin import is_ours, our_origin
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.limits import count_with_person, limit_person
from cci_app.core.http.request import elapsed
from cci_app.inbox.files import served
from cci_app.web_chats import examples
from cci_app.web_chats.models import WebChat
from cci_app.web_chats.proof import CHAT, VISITOR
from cci_app.web_chats.register import list_chats, remove_chat, renew_chat, set_chat
from cci_app.web_chats.schemas import (
    AboutChatResponse,
    RemovedWebChatResponse,
    ThreadQuery,
    ThreadResponse,
    VisitorMessagePayload,
    VisitResponse,
    WebChatPayload,
    WebChatResponse,
    WebChatsResponse,
)
from cci_app.web_chats.visitors import about, begin_visit, open_as_visitor, read_as_visitor, say_as_visitor

_PREFLIGHT_SECONDS = 7200

admin = EdgeBlueprint(
    "web_chats", __name__, url_prefix="/api/v1/web-chats", description="Letting people write from pages of the web"
)
visits = EdgeBlueprint("chat", __name__, url_prefix="/api/v1/chat", description="What the window on a page asks")

_ASSISTANT = [{"in": "path", "name": "assistant", "example": examples.WEB_CHAT["assistant"]}]
_MESSAGE = [{"in": "path", "name": "message", "example": "o5012"}]
_FILE = {"type": "string", "format": "binary"}
_CHAT = [{"in": "path", "name": "chat", "example": examples.WEB_CHAT["token"]}]


@admin.get("")
@admin.response(200, WebChatsResponse, example={"web_chats": [examples.WEB_CHAT]})
def list_web_chats() -> dict[str, Any]:
    """List the assistants that may be written to from the web."""
    return {"web_chats": [shown(each) for each in list_chats(current_caller().organisation_id)]}


@admin.put("/<string:assistant>", parameters=_ASSISTANT)
@admin.arguments(WebChatPayload, example=examples.ORDER)
@admin.response(200, WebChatResponse, example=examples.WEB_CHAT)
@admin.alt_response(404, "NOT_FOUND")
def set_web_chat(payload: dict[str, Any], assistant: str) -> dict[str, Any]:
    """Let an assistant be written to from pages of these origins, and by a link."""
    return shown(
        set_chat(current_caller().organisation_id, assistant, payload["origins"], has_link=payload["has_link"])
    )


@admin.post("/<string:assistant>/renew", parameters=_ASSISTANT)
@admin.response(200, WebChatResponse, example=examples.WEB_CHAT)
@admin.alt_response(404, "NOT_FOUND")
def renew_web_chat(assistant: str) -> dict[str, Any]:
    """Give it another token: pages and links that have the former show nothing any more."""
    return shown(renew_chat(current_caller().organisation_id, assistant))


@admin.delete("/<string:assistant>", parameters=_ASSISTANT)
@admin.response(200, RemovedWebChatResponse, example=examples.REMOVED)
@admin.alt_response(404, "NOT_FOUND")
def remove_web_chat(assistant: str) -> dict[str, Any]:
    """Let nobody write to it from the web any more. What was said stays."""
    remove_chat(current_caller().organisation_id, assistant)
    return {"assistant": assistant, "removed": True}


@visits.after_request
def _let_the_page_read(response: Response) -> Response:
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("Origin")
    # A page that may not show the chat is told nothing. That it is over any page may read: else its reader would see no
    # more than a lost connection.
    is_told = "caller" in g or response.status_code != HTTPStatus.FORBIDDEN
    if origin is not None and is_told and not is_ours(origin, request):
        if request.method == "OPTIONS":
            # Browsers send what they ask about only after an answer that is no error.
            response = Response(status=HTTPStatus.NO_CONTENT)
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = f"Content-Type, {VISITOR}"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    return response


@visits.get("/<string:chat>", parameters=_CHAT)
@visits.response(200, AboutChatResponse, example=examples.ABOUT)
@visits.alt_response(404, "NOT_FOUND")
def get_chat(chat: str) -> dict[str, Any]:  # noqa: ARG001 (the proof has looked it up)
    """Tell what a page shows before anything is said."""
    return about(_chat())


@visits.post("/<string:chat>/visits", parameters=_CHAT)
@visits.response(201, VisitResponse, example=examples.VISIT)
@visits.alt_response(404, "NOT_FOUND")
def begin_chat_visit(chat: str) -> dict[str, Any]:  # noqa: ARG001
    """Give somebody new a token, which their browser keeps."""
    return {"visitor": begin_visit(_chat(), request.remote_addr or "")}


@visits.get("/<string:chat>/messages", parameters=_CHAT)
@visits.arguments(ThreadQuery, location="query")
@visits.response(200, ThreadResponse, example=examples.THREAD)
@visits.alt_response(404, "NOT_FOUND")
def read_chat(query: dict[str, Any], chat: str) -> dict[str, Any]:  # noqa: ARG001
    """Tell what a visitor and the assistant, or a human, said to each other."""
    return _thread(query.get("seen"))


@visits.post("/<string:chat>/messages", parameters=_CHAT)
@visits.arguments(VisitorMessagePayload, example=examples.MESSAGE)
@visits.response(200, ThreadResponse, example=examples.THREAD)
@visits.alt_response(409, "CONFLICT")
@visits.alt_response(404, "NOT_FOUND")
def write_in_chat(payload: dict[str, Any], chat: str) -> dict[str, Any]:  # noqa: ARG001
    """Write a message as a visitor, and read what was said with the answer to it."""
    limit_person(current_caller().who)
    say_as_visitor(
        _chat(),
        request.headers.get(VISITOR, ""),
        payload["text"],
        payload["message_id"],
        address=request.remote_addr or "",
        waited=elapsed(),
    )
    return _thread(None)


@visits.get("/<string:chat>/files/<string:message>", parameters=[*_CHAT, *_MESSAGE])
@visits.response(200, _FILE, content_type="application/octet-stream", example="(a file)")
@visits.alt_response(200, schema=_FILE, content_type="application/pdf", example="(a PDF)")
@visits.alt_response(200, schema=_FILE, content_type="image/jpeg", example="(a picture)")
@visits.alt_response(404, "NOT_FOUND")
def get_chat_file(chat: str, message: str) -> Response:  # noqa: ARG001
    """Open the file of a message that a colleague sent, as whoever may read that message."""
    return served(open_as_visitor(_chat(), request.headers.get(VISITOR, ""), message))


visits.record_once(lambda state: count_with_person(state.app, f"{visits.name}.{write_in_chat.__name__}"))


def shown(chat: WebChat) -> dict[str, Any]:
    """A chat with what to put into a page, and its link."""
    ours = our_origin(request)
    names = ("assistant", "token", "origins", "has_link", "created_at")
    return {
        **{name: getattr(chat, name) for name in names},
        "snippet": f'<script src="{ours}/chat.js" data-chat="{chat.token}" async></script>',
        "link": f"{ours}/chat/{chat.token}" if chat.has_link else None,
    }


def _chat() -> WebChat:
    chat: WebChat = request.environ[CHAT]
    return chat


def _thread(seen: str | None) -> dict[str, Any]:
    found = read_as_visitor(_chat(), request.headers.get(VISITOR, ""))
    tag = hashlib.sha256(repr(found).encode()).hexdigest()[:20]
    return {
        "tag": tag,
        "waiting": found["waiting"],
        "messages": None if tag == seen else found["messages"],
    }
