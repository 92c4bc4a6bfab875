"""A reply, and how it is written for those who sent the message.

`json` is our own form, `manychat` the dynamic block version 2 that Manychat shows in a WhatsApp flow.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MANYCHAT_TYPE = "application/vnd.manychat.v2+json"
# WhatsApp takes texts of up to 4,096 characters; a block holds up to ten messages.
_MESSAGE_LENGTH = 4096
_MESSAGES = 10


class ReplyFormat(StrEnum):
    """The forms in which a reply can be asked for."""

    JSON = "json"
    MANYCHAT = "manychat"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sender is told: the text, where the person stands, and how long it took in milliseconds."""

    text: str
    user_status: Mapping[str, Any]
    response_time_ms: int


def render(reply: Reply, reply_format: ReplyFormat) -> str:
    """The body of the response, as it is stored and sent."""
    return json.dumps(_RENDERERS[reply_format](reply), ensure_ascii=False)


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` characters: between paragraphs, else lines, else words."""
    pieces = []
    while len(text) > limit:
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := text.rfind(mark, 1, limit + 1)) > 0), limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def manychat_content(text: str) -> dict[str, Any]:
    """A text as the content of a dynamic block: up to ten messages of WhatsApp."""
    messages = [{"type": "text", "text": piece} for piece in split_text(text, _MESSAGE_LENGTH)]
    return {"type": "whatsapp", "messages": messages[:_MESSAGES]}


def _plain(reply: Reply) -> dict[str, Any]:
    return {
        "response": reply.text,
        "user_status": dict(reply.user_status),
        "response_time_ms": reply.response_time_ms,
    }


def _manychat(reply: Reply) -> dict[str, Any]:
    return {"version": "v2", "content": {**manychat_content(reply.text), "actions": [], "quick_replies": []}}


_RENDERERS: dict[ReplyFormat, Callable[[Reply], dict[str, Any]]] = {
    ReplyFormat.JSON: _plain,
    ReplyFormat.MANYCHAT: _manychat,
}
