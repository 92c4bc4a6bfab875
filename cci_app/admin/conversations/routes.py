"""Conversations to find and to read."""

import uuid
from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.admin.conversations import examples
from cci_app.admin.conversations.schemas import (
    ConversationLabelsPayload,
    ConversationLabelsResponse,
    ConversationsQuery,
    FoundConversations,
    MessagesQuery,
    ReadConversation,
    ReadTurn,
    wanted_of,
)
from cci_app.conversation.history.finding import find_conversations
from cci_app.conversation.history.labels import set_labels
from cci_app.conversation.history.reading import read_conversation
from cci_app.conversation.history.turn import read_turn
from cci_app.core.http.api import EdgeBlueprint

blueprint = EdgeBlueprint(
    "conversations", __name__, url_prefix="/api/v1/conversations", description="What was said, to find and to read"
)


@blueprint.get("")
@blueprint.arguments(ConversationsQuery, location="query")
@blueprint.response(200, FoundConversations, example=examples.FOUND)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_conversations(query: dict[str, Any]) -> Any:
    """Find conversations by what was said, with whom, when and how they stand; the last that moved comes first."""
    before = query.get("before")
    return find_conversations(
        current_caller().organisation_id, wanted_of(query), before=before, limit=query["limit"], counted=not before
    )


@blueprint.get(
    "/<uuid:conversation_id>",
    parameters=[{"in": "path", "name": "conversation_id", "example": examples.HEAD["conversation_id"]}],
)
@blueprint.arguments(MessagesQuery, location="query")
@blueprint.response(200, ReadConversation, example=examples.READ)
@blueprint.alt_response(404, "NOT_FOUND")
def get_conversation(query: dict[str, Any], conversation_id: uuid.UUID) -> dict[str, Any]:
    """Read a conversation: its messages with what was made of each, its answers, and what became of what was sent."""
    return read_conversation(current_caller().organisation_id, conversation_id, **query)


@blueprint.get(
    "/<uuid:conversation_id>/turns/<int:message_id>",
    parameters=[
        {"in": "path", "name": "conversation_id", "example": examples.HEAD["conversation_id"]},
        {"in": "path", "name": "message_id", "example": examples.TURN["id"]},
    ],
)
@blueprint.response(200, ReadTurn, example=examples.TURN)
@blueprint.alt_response(404, "NOT_FOUND")
def get_turn(conversation_id: uuid.UUID, message_id: int) -> dict[str, Any]:
    """Read one turn: its message and answer, each call of a model and of a tool in their order, and what it cost."""
    return read_turn(current_caller().organisation_id, conversation_id, message_id)


@blueprint.put(
    "/<uuid:conversation_id>/labels",
    parameters=[{"in": "path", "name": "conversation_id", "example": examples.HEAD["conversation_id"]}],
)
@blueprint.arguments(ConversationLabelsPayload, example={"labels": ["follow up"]})
@blueprint.response(200, ConversationLabelsResponse, example={"labels": ["follow up"]})
@blueprint.alt_response(404, "NOT_FOUND")
def label_conversation(payload: dict[str, Any], conversation_id: uuid.UUID) -> dict[str, Any]:
    """Put just these labels on a conversation, to find it again by them."""
    return {"labels": set_labels(current_caller().organisation_id, conversation_id, payload["labels"])}
