"""A page of the web proves itself by the token of a chat, and by where a browser says that it is."""

from collections.abc import Mapping
from typing import Any

from flask import Request

from cci_app.accounts.brake import network_of
from cci_app.accounts.caller import Caller, Proof, Scope
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.origin import is_ours
from cci_app.core.errors import Forbidden, Unauthorized
from cci_app.web_chats.register import find_chat
from cci_app.web_chats.visitors import visitor_of

VISITOR = "X-Chat-Visitor"
# Where a request holds the chat that it was proven for.
CHAT = "cci.web_chat"


class ChatTokens:
    """The token in the address: it is no secret, and opens nothing but a conversation of one's own."""

    asks = "call the address with the token of a chat that is shown on a page"
    for_members = False
    schemes: Mapping[str, Mapping[str, Any]] = {
        "webChat": {
            "type": "apiKey",
            "in": "header",
            "name": VISITOR,
            "description": "The token of a visitor, as the chat gave it; the chat's own token stands in the address",
        }
    }

    def claimed(self, request: Request) -> bool:
        """Whether the address has such a token."""
        return "chat" in (request.view_args or {})

    def secret(self, request: Request) -> str:
        """The chat's token, so that nobody tries many."""
        return str((request.view_args or {}).get("chat", ""))

    def prove(self, request: Request) -> Caller:
        """Look the chat up. Who calls is a visitor; before they have a token, whoever is at that address."""
        chat = find_chat(self.secret(request))
        if chat is None:
            raise Unauthorized("this chat is over, or never was: ask for another link")
        origin = request.headers.get("Origin")
        if origin is None or is_ours(origin, request):
            if not chat.has_link:
                raise Forbidden("this chat has no page of its own")
        elif origin not in chat.origins:
            raise Forbidden("this chat may not be shown on that page")
        # For the rest of the request, which would ask for the same row again.
        request.environ[CHAT] = chat
        visitor = visitor_of(chat, request.headers.get(VISITOR, ""))
        who = visitor or hash_secret(network_of(request.remote_addr or ""))[:16]
        return Caller(
            chat.organisation_id,
            f"{'visitor' if visitor else 'passer-by'}:{chat.id}.{who}",
            Proof.WEB_CHAT,
            frozenset({Scope.MESSAGES}),
            name="visitor",
        )
