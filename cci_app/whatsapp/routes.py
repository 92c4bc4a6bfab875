"""The message endpoint, and who is writing."""

from typing import Any

from flask import Response, request
from flask.blueprints import BlueprintSetupState

from cci_app.accounts.auth import caller_if_known, current_caller
from cci_app.channels.api import ACCOUNT, read_message
from cci_app.channels.manychat import MANYCHAT_TYPE
from cci_app.channels.ports import Incoming
from cci_app.conversation.inbound import Event
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint, allow_values
from cci_app.core.http.fields import USER_ID_PARAMETER, read_user_id
from cci_app.core.http.limits import count_with_person, limit_person
from cci_app.core.http.request import add_stage, elapsed, server_timing
from cci_app.whatsapp.schemas import (
    CHANNELS,
    CONTACT_EXAMPLE,
    MESSAGE_EXAMPLE,
    REPLY_EXAMPLES,
    SOMETHING_SAID,
    ContactResponse,
    ManychatResponse,
    MessageHeaders,
    MessagePayload,
    MessageQuery,
    MessageResponse,
    ReplyFormat,
)

blueprint = EdgeBlueprint("whatsapp", __name__, url_prefix="/api/v1/whatsapp", description="Messages and who writes")


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    allow_values(state.app, "assistant", _assistants_of_caller)
    count_with_person(state.app, f"{blueprint.name}.{send_message.__name__}")


def _assistants_of_caller() -> tuple[str, ...]:
    caller = caller_if_known()
    return get_conversation().catalogue.names(caller.organisation_id) if caller else ()


@blueprint.post("/message")
@blueprint.arguments(MessageQuery, location="query")
@blueprint.arguments(MessageHeaders, location="headers")
@blueprint.arguments(MessagePayload, example=MESSAGE_EXAMPLE)
@blueprint.response(
    200,
    {"anyOf": [MessageResponse, ManychatResponse]},
    examples=REPLY_EXAMPLES,
    headers={"Server-Timing": {"description": "The stages of the turn", "schema": {"type": "string"}}},
)
@blueprint.alt_response(409, "CONFLICT")
@blueprint.doc(
    requestBody={"content": {"application/json": {"schema": {"allOf": [MessagePayload, SOMETHING_SAID]}}}},
)
def send_message(query: dict[str, Any], headers: dict[str, Any], payload: dict[str, Any]) -> Response:
    """Answer a person's message.

    The reply comes within the channel's time limit. A repeat of the same `message_id` or `Idempotency-Key` gets the
    same reply, byte for byte; another message under the same one is refused (409). Messages that a person sends while
    an earlier one is answered are answered together: the last of them gets the reply, the others an empty one
    (`"response": ""`, or a block without messages). While a human answers the person, every reply is empty. With
    `Accept: application/vnd.manychat.v2+json` or `?format=manychat` the reply is a dynamic block of Manychat.
    """
    limit_person(payload["user_id"])
    conversation = get_conversation()
    wanted = ReplyFormat.MANYCHAT if MANYCHAT_TYPE in request.accept_mimetypes.values() else ReplyFormat.JSON
    channel = conversation.channels[CHANNELS[query.get("format") or wanted]]
    message_id = payload.get("message_id") or headers.get("idempotency_key")
    inbound = read_message(Incoming(ACCOUNT, fields={**payload, "message_id": message_id}), channel.kind)
    person = conversation.person(current_caller().organisation_id, payload.get("assistant"), inbound.sender)
    answered = conversation.receive(Event(person, inbound), waited=elapsed())
    for name, seconds in answered.stages.items():
        add_stage(name, seconds)
    response = Response(answered.reply.body, content_type=answered.reply.content_type)
    response.headers["Server-Timing"] = server_timing()
    return response


@blueprint.get("/info/<string:user_id>", parameters=[USER_ID_PARAMETER])
@blueprint.response(200, ContactResponse, example=CONTACT_EXAMPLE)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def get_contact_info(user_id: str) -> dict[str, Any]:
    """Tell who is writing, from the contact book; an empty object for a stranger.

    Each field has its English and its Spanish name; `extra` holds the columns of the book that no field takes.
    """
    conversation = get_conversation()
    card = conversation.contact(conversation.person(current_caller().organisation_id, None, read_user_id(user_id)))
    return card.told() if card else {}
