"""Those who write on a page: they are known by the token that their browser keeps, and by nothing else."""

import re
import secrets
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse

from cci_app.accounts.brake import network_of
from cci_app.accounts.hashed import hash_secret
from cci_app.agents.loop.content import LoopContent
from cci_app.channels.message import Buttons, Choices, File, Inbound, Link, Text, part_from_json
from cci_app.channels.web import KIND
from cci_app.conversation.history.thread import thread_of
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import InvalidInput, NotFound, Unauthorized
from cci_app.core.http.limits import Counted, RateLimits
from cci_app.inbox.files import Opened, file_of_message
from cci_app.web_chats.models import WebChat

LONGEST_MESSAGE = 4096
# Of one address: an office, or a school, has one for all.
_BEGUN = parse("60/hour")
_SAID = parse("60/minute")
# Of all who write in one chat: every message may cost money, whatever plan there is.
_SAID_IN_ALL = parse("600/minute")
_VISITOR = re.compile(r"[A-Za-z0-9_-]{16}")
# As `thread_of` names what left by the outbox.
_SENT = re.compile(r"o[1-9][0-9]{0,17}")


def begin_visit(chat: WebChat, address: str) -> str:
    """The token of somebody new. Nothing is kept of them before their first message. Raises TooManyRequests."""
    _limits().count(_BEGUN, "web visitor", hash_secret(network_of(address)))
    return _signer().dumps([chat.id, secrets.token_urlsafe(12)])


def visitor_of(chat: WebChat, token: str) -> str | None:
    """The visitor whose token it is; None for one that is not ours, or another chat's."""
    try:
        chat_id, visitor = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    known = isinstance(visitor, str) and _VISITOR.fullmatch(visitor) is not None
    return visitor if known and chat_id == chat.id else None


def say_as_visitor(chat: WebChat, token: str, text: str, message_id: str, *, address: str, waited: float) -> None:
    """Write a message, once under its id, and wait for the answer as long as a channel waits.

    Raises Unauthorized for a token that is not ours, NotFound where nobody answers, TooManyRequests.
    """
    person = _person(chat, token)
    _limits().count_together(
        Counted(_SAID, ("web", hash_secret(network_of(address)))), Counted(_SAID_IN_ALL, ("web chat", str(chat.id)))
    )
    event_id = f"{person.user_id} {message_id}"
    inbound = Inbound(KIND, KIND, person.user_id, (Text(text),), event_id=event_id)
    get_conversation().receive(Event(person, inbound), waited=waited)


def read_as_visitor(chat: WebChat, token: str) -> dict[str, Any]:
    """What was said, the oldest first, and whether an answer is still to come. Raises as before."""
    entries, waiting = thread_of(_person(chat, token))
    return {"messages": [_shown(each) for each in entries], "waiting": waiting}


def open_as_visitor(chat: WebChat, token: str, message: str) -> Opened:
    """The file of a message of the thread. Raises NotFound where there is none, and as before."""
    person = _person(chat, token)
    if not _SENT.fullmatch(message):
        raise NotFound("this message has no file")
    return file_of_message(person, int(message[1:]))


def about(chat: WebChat) -> dict[str, Any]:
    """What a page shows before anything is said. Raises NotFound where the assistant answers nobody at present."""
    try:
        spec = get_conversation().catalogue.find(chat.organisation_id, chat.assistant).spec
    except InvalidInput as error:
        raise _nobody() from error
    said = next((each.greeting for each in spec.agents.values() if isinstance(each, LoopContent)), None)
    greeting = {language: said[language] for language in spec.languages} if said is not None else {}
    return {"title": spec.title, "languages": list(spec.languages), "greeting": greeting}


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    """What one of them said, as every page can show it: a text, files, a link, and what may be answered by a press."""
    texts, files, link, choices = [], [], None, []
    for each in entry["parts"]:
        part = part_from_json(each)
        if isinstance(part, Buttons):
            texts.append(part.text)
            choices = [one.title for one in part.buttons]
        elif isinstance(part, Choices):
            texts.append(part.text)
            choices = [one.title for one in part.choices]
        elif isinstance(part, Link):
            texts.append(part.text)
            link = {"url": part.url, "label": part.label or part.url}
        elif isinstance(part, File) and part.url:
            texts.append(part.caption)
            # A colleague's file is asked for by whoever may read its message, and by no address that opens it for all.
            url = None if entry["by"] == "human" else part.url
            files.append({"kind": part.kind, "name": part.name, "url": url})
        else:
            texts.append(part.plain)
    return {
        "id": entry["id"],
        "by": entry["by"],
        "at": entry["at"],
        "text": "\n\n".join(filter(None, texts)),
        "files": files,
        "link": link,
        "choices": choices,
    }


def _person(chat: WebChat, token: str) -> Person:
    visitor = visitor_of(chat, token)
    if visitor is None:
        raise Unauthorized("begin a visit first: this token is none of this chat")
    try:
        return get_conversation().person(chat.organisation_id, chat.assistant, f"{KIND}:{visitor}")
    except InvalidInput as error:
        raise _nobody() from error


def _nobody() -> NotFound:
    return NotFound("nobody answers here at present")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SETTINGS"].secret_key.get_secret_value(), salt="web visitor")


def _limits() -> RateLimits:
    limits: RateLimits = current_app.extensions["cci_limits"]
    return limits
