"""What is done with chatbots, by the API and on the pages: each act with what follows from it."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import current_app

from cci_app.assistants.chatbots import register
from cci_app.assistants.chatbots.draft import ChatbotDraft
from cci_app.assistants.chatbots.templates import find_template
from cci_app.assistants.documents import provide_documents
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import Conflict, InvalidInput
from config.settings import Settings


def make_chatbot(organisation_id: int, name: str, draft: ChatbotDraft) -> dict[str, Any]:
    """Make a chatbot. Raises Conflict for a name that there is, InvalidInput, PlanLimit."""
    if name in get_conversation().catalogue.names(organisation_id):
        raise Conflict(f"there is an assistant {name} already: choose another name")
    return register.create_chatbot(organisation_id, name, draft)


def make_from_template(
    organisation_id: int, template: str, *, name: str, title: str, languages: Sequence[str]
) -> dict[str, Any]:
    """Make a chatbot from a template. Raises NotFound, and as `make_chatbot` does."""
    settings: Settings = current_app.config["SETTINGS"]
    found = find_template(settings.chatbot_templates_path, template)
    if found.needs_model and not settings.default_models:
        told = "this template needs a model, and this installation has none: set CHAT_MODEL, or take another template"
        raise InvalidInput(told, details={"template": [told]})
    return make_chatbot(organisation_id, name, found.begin(title, languages))


def publish(organisation_id: int, chatbot_id: uuid.UUID, version: int | None) -> dict[str, Any]:
    """Let a chatbot's draft answer, or a version of it. Raises NotFound, InvalidInput, PlanLimit."""
    catalogue = get_conversation().catalogue
    wanted = register.spec_to_try(organisation_id, chatbot_id, version)
    catalogue.make(wanted)
    # First what it answers from: where the plan allows no more documents, nothing is published.
    documents = provide_documents(organisation_id, wanted)
    spec = register.publish_chatbot(organisation_id, chatbot_id, version)
    catalogue.forget(organisation_id)
    return {"name": spec.name, "version": spec.version, "documents": documents}


def withdraw(organisation_id: int, chatbot_id: uuid.UUID) -> dict[str, Any]:
    """Let a chatbot answer nobody any more. Raises NotFound."""
    withdrawn = register.withdraw_chatbot(organisation_id, chatbot_id)
    get_conversation().catalogue.forget(organisation_id)
    return withdrawn


def remove(organisation_id: int, chatbot_id: uuid.UUID) -> None:
    """Remove a chatbot with its versions. Raises NotFound."""
    register.remove_chatbot(organisation_id, chatbot_id)
    get_conversation().catalogue.forget(organisation_id)
