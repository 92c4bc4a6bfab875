"""The assistant as four functions, for callers outside: a script, a notebook, another program in the same process.

They speak for the default organisation and its default assistant, over the same receipts, turns, log and limits as the
message endpoint. Inside an application they use it; elsewhere the one at work in this process (`core/at_work.py`), or
they make one from the environment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, has_app_context

from cci_app import create_app
from cci_app.agents.handler.asking import is_being_asked
from cci_app.channels.api import ACCOUNT
from cci_app.channels.functions import Functions
from cci_app.channels.message import Inbound, Text
from cci_app.contacts.manager import get_contacts_manager
from cci_app.conversation.inbound import Event, Person
from cci_app.conversation.service import get_conversation, user_status
from cci_app.core.at_work import at_work
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.phone import to_user_id
from cci_app.core.tenants import organisation_named
from cci_app.core.text import clean
from config.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


@lru_cache(maxsize=1)
def _own_application() -> Flask:
    return create_app()


@contextmanager
def _application() -> Iterator[None]:
    if has_app_context():
        yield
    else:
        with (at_work() or _own_application()).app_context():
            yield


def _inside_application(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with _application():
            return function(*args, **kwargs)

    return call


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _person(user_id: Any) -> Person:
    """Who is meant; a phone may be a number too. Raises InvalidInput."""
    settings = _settings()
    return get_conversation().person(
        organisation_named(settings.default_organisation), None, to_user_id(str(user_id), settings.default_region)
    )


def _refuse_circle(name: str) -> None:
    """Refuse a call of the agent that it would ask: it would wait for itself. Raises Conflict."""
    if is_being_asked():
        raise Conflict(f"{name} was called by the agent that it would ask: answer the person from your own functions")


@_inside_application
def whatsapp_chat(user_id: str, user_input: str) -> str:
    """The assistant's reply to a person's message. Raises InvalidInput for an empty message or an odd user id."""
    _refuse_circle("whatsapp_chat")
    text = clean(user_input)
    if not text.strip():
        raise InvalidInput("the message is empty")
    person = _person(user_id)
    inbound = Inbound(Functions.kind, ACCOUNT, person.user_id, (Text(text),))
    return get_conversation().receive(Event(person, inbound)).reply.body.decode()


@_inside_application
def get_user_status(user_id: str) -> dict[str, Any]:
    """Where a person stands, as `GET /api/v1/users/{user_id}/status` tells it."""
    person = _person(user_id)
    return {"user_id": person.user_id, **user_status(get_conversation().state(person))}


@_inside_application
def reset_user_conversation(user_id: str) -> None:
    """Close a person's conversation: the next message begins anew."""
    _refuse_circle("reset_user_conversation")
    person = _person(user_id)
    if get_conversation().state(person) is not None:
        get_conversation().receive(Event.reset(person, Functions.kind, ACCOUNT))


@_inside_application
def get_contact_info(user_id: str) -> dict[str, Any] | None:
    """What the contact book knows of a person, as `ContactCard.told`; None for a stranger, or for nobody."""
    return get_contacts_manager().get_contact_info(user_id)
