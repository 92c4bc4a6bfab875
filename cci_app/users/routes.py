"""A person's status and reset."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.channels.api import ACCOUNT, Api
from cci_app.conversation.inbound import Event
from cci_app.conversation.modes import mode_of, set_mode
from cci_app.conversation.service import get_conversation, user_status
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.fields import USER_ID_PARAMETER, read_user_id
from cci_app.users.schemas import (
    RESET_EXAMPLE,
    STATUS_EXAMPLE,
    ModePayload,
    ModeResponse,
    ResetResponse,
    UserQuery,
    UserStatusResponse,
)

blueprint = EdgeBlueprint("users", __name__, url_prefix="/api/v1/users", description="Where a person stands")


@blueprint.get("/<string:user_id>/status", parameters=[USER_ID_PARAMETER])
@blueprint.arguments(UserQuery, location="query")
@blueprint.response(200, UserStatusResponse, example=STATUS_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
def get_user_status(query: dict[str, Any], user_id: str) -> dict[str, Any]:
    """Tell where a person stands with an assistant."""
    conversation = get_conversation()
    person = conversation.person(current_caller().organisation_id, query.get("assistant"), read_user_id(user_id))
    return {"user_id": person.user_id, **user_status(conversation.state(person))}


@blueprint.put("/<string:user_id>/mode", parameters=[USER_ID_PARAMETER])
@blueprint.arguments(UserQuery, location="query")
@blueprint.arguments(ModePayload, example={"mode": "paused"})
@blueprint.response(200, ModeResponse, example={"user_id": "+573001234567", "assistant": "cci", "mode": "paused"})
@blueprint.alt_response(404, "NOT_FOUND")
def change_mode_of_user(query: dict[str, Any], payload: dict[str, Any], user_id: str) -> dict[str, Any]:
    """Say who answers a person from now on, also one who never wrote: the assistant, a human, or nobody."""
    conversation = get_conversation()
    person = conversation.person(current_caller().organisation_id, query.get("assistant"), read_user_id(user_id))
    set_mode(person, payload["mode"])
    return {"user_id": person.user_id, "assistant": person.assistant, "mode": mode_of(person)}


@blueprint.get("/<string:user_id>/mode", parameters=[USER_ID_PARAMETER])
@blueprint.arguments(UserQuery, location="query")
@blueprint.response(200, ModeResponse, example={"user_id": "+573001234567", "assistant": "cci", "mode": "bot"})
@blueprint.alt_response(404, "NOT_FOUND")
def get_mode_of_user(query: dict[str, Any], user_id: str) -> dict[str, Any]:
    """Tell who answers a person: the assistant, a human, or for the present nobody."""
    conversation = get_conversation()
    person = conversation.person(current_caller().organisation_id, query.get("assistant"), read_user_id(user_id))
    return {"user_id": person.user_id, "assistant": person.assistant, "mode": mode_of(person)}


@blueprint.post("/<string:user_id>/reset", parameters=[USER_ID_PARAMETER])
@blueprint.arguments(UserQuery, location="query")
@blueprint.response(200, ResetResponse, example=RESET_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
def reset_user(query: dict[str, Any], user_id: str) -> dict[str, Any]:
    """Close a person's conversation: the next message begins anew. What was said stays in the record."""
    conversation = get_conversation()
    person = conversation.person(current_caller().organisation_id, query.get("assistant"), read_user_id(user_id))
    known = conversation.state(person) is not None
    if known:
        conversation.receive(Event.reset(person, Api.kind, ACCOUNT))
    return {"user_id": person.user_id, "reset": known, **user_status(conversation.state(person))}
