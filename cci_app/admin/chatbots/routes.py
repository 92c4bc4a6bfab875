"""Chatbots that an organisation makes."""

import uuid
from typing import Any

from flask import current_app

from cci_app.accounts.auth import current_caller
from cci_app.admin.chatbots import acts, examples
from cci_app.admin.chatbots.comparing import compare_chatbot
from cci_app.admin.chatbots.schemas import (
    BeginChatbotPayload,
    ChatbotFields,
    ChatbotResponse,
    ChatbotTemplateResponse,
    ChatbotTrialPayload,
    ChatbotTrialResponse,
    ChatbotVersionResponse,
    ComparedResponse,
    ComparePayload,
    NewChatbotPayload,
    PublishedResponse,
    PublishPayload,
    RemovedChatbotResponse,
)
from cci_app.admin.chatbots.trying import try_chatbot
from cci_app.assistants.chatbots import register
from cci_app.assistants.chatbots.draft import read_draft
from cci_app.assistants.chatbots.templates import load_templates
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint

blueprint = EdgeBlueprint(
    "chatbots", __name__, url_prefix="/api/v1/chatbots", description="Assistants that an organisation makes itself"
)
_TEMPLATE = [{"in": "path", "name": "template", "example": "faq"}]
_ONE = [{"in": "path", "name": "chatbot_id", "example": examples.ID}]


@blueprint.get("")
@blueprint.response(200, ChatbotResponse(many=True), example=[examples.CHATBOT])
def list_chatbots() -> Any:
    """List the organisation's chatbots."""
    return register.list_chatbots(current_caller().organisation_id)


@blueprint.post("")
@blueprint.arguments(NewChatbotPayload, example=examples.ORDER)
@blueprint.response(201, ChatbotResponse, example=examples.CHATBOT)
@blueprint.alt_response(409, "CONFLICT")
def create_chatbot(payload: dict[str, Any]) -> Any:
    """Make a chatbot. It is a draft, and answers nobody until it is published."""
    return acts.make_chatbot(current_caller().organisation_id, payload.pop("name"), read_draft(payload))


@blueprint.get("/templates")
@blueprint.response(200, ChatbotTemplateResponse(many=True), example=[examples.TEMPLATE])
def list_templates() -> Any:
    """List what a chatbot can be begun with."""
    found = load_templates(current_app.config["SETTINGS"].chatbot_templates_path)
    return [
        {"name": name, "title": each.title.root, "about": each.about.root, "needs_model": each.needs_model}
        for name, each in found.items()
    ]


@blueprint.post("/templates/<string:template>", parameters=_TEMPLATE)
@blueprint.arguments(BeginChatbotPayload, example=examples.BEGUN)
@blueprint.response(201, ChatbotResponse, example=examples.CHATBOT)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def begin_chatbot(payload: dict[str, Any], template: str) -> Any:
    """Make a chatbot from a template: a draft, to be changed, tried and published."""
    return acts.make_from_template(current_caller().organisation_id, template, **payload)


@blueprint.get("/<uuid:chatbot_id>", parameters=_ONE)
@blueprint.response(200, ChatbotResponse, example=examples.CHATBOT)
@blueprint.alt_response(404, "NOT_FOUND")
def get_chatbot(chatbot_id: uuid.UUID) -> Any:
    """Read a chatbot."""
    return register.find_chatbot(current_caller().organisation_id, chatbot_id)


@blueprint.put("/<uuid:chatbot_id>", parameters=_ONE)
@blueprint.arguments(ChatbotFields, example=examples.FIELDS)
@blueprint.response(200, ChatbotResponse, example=examples.CHATBOT)
@blueprint.alt_response(404, "NOT_FOUND")
def change_chatbot(payload: dict[str, Any], chatbot_id: uuid.UUID) -> Any:
    """Give a chatbot another draft. What is published goes on answering as it is."""
    return register.change_chatbot(current_caller().organisation_id, chatbot_id, read_draft(payload))


@blueprint.delete("/<uuid:chatbot_id>", parameters=_ONE)
@blueprint.response(200, RemovedChatbotResponse, example={"id": examples.ID, "removed": True})
@blueprint.alt_response(404, "NOT_FOUND")
def delete_chatbot(chatbot_id: uuid.UUID) -> dict[str, Any]:
    """Remove a chatbot with its versions. What was said with it stays on record."""
    acts.remove(current_caller().organisation_id, chatbot_id)
    return {"id": chatbot_id, "removed": True}


@blueprint.get("/<uuid:chatbot_id>/versions", parameters=_ONE)
@blueprint.response(200, ChatbotVersionResponse(many=True), example=[examples.VERSION])
@blueprint.alt_response(404, "NOT_FOUND")
def list_versions(chatbot_id: uuid.UUID) -> Any:
    """List the versions that were published, the newest first."""
    return register.list_versions(current_caller().organisation_id, chatbot_id)


@blueprint.post("/<uuid:chatbot_id>/publish", parameters=_ONE)
@blueprint.arguments(PublishPayload, example={"version": None})
@blueprint.response(200, PublishedResponse, example=examples.PUBLISHED)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def publish_chatbot(payload: dict[str, Any], chatbot_id: uuid.UUID) -> dict[str, Any]:
    """Let the draft answer from now on, or an earlier version again; other processes know it within seconds."""
    return acts.publish(current_caller().organisation_id, chatbot_id, payload["version"])


@blueprint.post("/<uuid:chatbot_id>/withdraw", parameters=_ONE)
@blueprint.response(200, ChatbotResponse, example={**examples.CHATBOT, "published": None})
@blueprint.alt_response(404, "NOT_FOUND")
def withdraw_chatbot(chatbot_id: uuid.UUID) -> Any:
    """Let a chatbot answer nobody any more."""
    return acts.withdraw(current_caller().organisation_id, chatbot_id)


@blueprint.post("/<uuid:chatbot_id>/try", parameters=_ONE)
@blueprint.arguments(ChatbotTrialPayload, example={"message": "¿A qué hora abren?"})
@blueprint.response(200, ChatbotTrialResponse, example=examples.TRIAL)
@blueprint.alt_response(404, "NOT_FOUND")
def test_chatbot(payload: dict[str, Any], chatbot_id: uuid.UUID) -> dict[str, Any]:
    """Say something to a chatbot's draft, or to a version of it. Tools read, none writes; nothing is kept."""
    catalogue = get_conversation().catalogue
    return try_chatbot(catalogue, current_caller().organisation_id, chatbot_id, **payload)


@blueprint.post("/<uuid:chatbot_id>/compare", parameters=_ONE)
@blueprint.arguments(ComparePayload, example={"one": None, "other": None})
@blueprint.response(200, ComparedResponse, example=examples.COMPARED)
@blueprint.alt_response(404, "NOT_FOUND")
def compare_versions(payload: dict[str, Any], chatbot_id: uuid.UUID) -> dict[str, Any]:
    """Compare two versions, null being the draft: what differs, and what both answer to the last recorded messages."""
    catalogue = get_conversation().catalogue
    return compare_chatbot(catalogue, current_caller().organisation_id, chatbot_id, **payload)
