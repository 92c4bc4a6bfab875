"""An assistant on pages of the web: from which, whether by a link, and what to put into a page."""

import uuid
from typing import Any

from flask import Blueprint, request

from cci_app.admin.assistants.routes import spec_of
from cci_app.assistants.chatbots.register import find_chatbot
from cci_app.core.errors import CciError
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.pages.assistant import show_assistant
from cci_app.dashboard.pages.chatbots import show_chatbot
from cci_app.web_chats.register import remove_chat, renew_chat, set_chat


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.post("/chatbots/<uuid:chatbot_id>/web")(set_web)
    pages.post("/chatbots/<uuid:chatbot_id>/web/renew")(renew_web)
    pages.post("/chatbots/<uuid:chatbot_id>/web/remove")(remove_web)
    pages.post("/assistant/<string:assistant>/web")(set_web_of)
    pages.post("/assistant/<string:assistant>/web/renew")(renew_web_of)
    pages.post("/assistant/<string:assistant>/web/remove")(remove_web_of)


def set_web(chatbot_id: uuid.UUID) -> Any:
    """Keep from which pages a chatbot may be written to, and whether by a link."""
    try:
        _set(_name(chatbot_id))
    except CciError as error:
        return show_chatbot(chatbot_id, problem=error.message)
    return go(f"/admin/chatbots/{chatbot_id}#web")


def renew_web(chatbot_id: uuid.UUID) -> Any:
    """Give a chatbot another token."""
    renew_chat(organisation_id(), _name(chatbot_id))
    return go(f"/admin/chatbots/{chatbot_id}#web")


def remove_web(chatbot_id: uuid.UUID) -> Any:
    """Take a chatbot off the web."""
    remove_chat(organisation_id(), _name(chatbot_id))
    return go(f"/admin/chatbots/{chatbot_id}#web")


def set_web_of(assistant: str) -> Any:
    """The same of any assistant."""
    name = spec_of(assistant).name
    try:
        _set(name)
    except CciError as error:
        return show_assistant(name, error.message)
    return _back_to(name)


def renew_web_of(assistant: str) -> Any:
    """Give an assistant another token."""
    renew_chat(organisation_id(), assistant)
    return _back_to(assistant)


def remove_web_of(assistant: str) -> Any:
    """Take an assistant off the web."""
    remove_chat(organisation_id(), assistant)
    return _back_to(assistant)


def _set(name: str) -> None:
    set_chat(organisation_id(), name, request.form.get("origins", "").split(), has_link="has_link" in request.form)


def _back_to(assistant: str) -> Any:
    return go(f"/admin/assistant?assistant={assistant}#web")


def _name(chatbot_id: uuid.UUID) -> str:
    return str(find_chatbot(organisation_id(), chatbot_id)["name"])
