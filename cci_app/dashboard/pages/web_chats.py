"""A chatbot on pages of the web: from which, whether by a link, and what to put into a page."""

import uuid
from typing import Any

from flask import Blueprint, request

from cci_app.assistants.chatbots.register import find_chatbot
from cci_app.core.errors import CciError
from cci_app.dashboard.frame import go, organisation_id
from cci_app.dashboard.pages.chatbots import show_chatbot
from cci_app.web_chats.register import remove_chat, renew_chat, set_chat


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.post("/chatbots/<uuid:chatbot_id>/web")(set_web)
    pages.post("/chatbots/<uuid:chatbot_id>/web/renew")(renew_web)
    pages.post("/chatbots/<uuid:chatbot_id>/web/remove")(remove_web)


def set_web(chatbot_id: uuid.UUID) -> Any:
    """Keep from which pages it may be written to, and whether by a link."""
    name = _name(chatbot_id)
    origins = request.form.get("origins", "").split()
    try:
        set_chat(organisation_id(), name, origins, has_link="has_link" in request.form)
    except CciError as error:
        return show_chatbot(chatbot_id, problem=error.message)
    return go(f"/admin/chatbots/{chatbot_id}#web")


def renew_web(chatbot_id: uuid.UUID) -> Any:
    """Give it another token."""
    renew_chat(organisation_id(), _name(chatbot_id))
    return go(f"/admin/chatbots/{chatbot_id}#web")


def remove_web(chatbot_id: uuid.UUID) -> Any:
    """Take it off the web."""
    remove_chat(organisation_id(), _name(chatbot_id))
    return go(f"/admin/chatbots/{chatbot_id}#web")


def _name(chatbot_id: uuid.UUID) -> str:
    return str(find_chatbot(organisation_id(), chatbot_id)["name"])
