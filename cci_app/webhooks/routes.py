"""The addresses to which channels deliver."""

import structlog
from flask import Response, request

from cci_app.conversation.inbound import Event
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import Conflict, NotFound
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.request import elapsed
from cci_app.webhooks.signature import delivery

log = structlog.get_logger(__name__)

blueprint = EdgeBlueprint(
    "webhooks", __name__, url_prefix="/api/v1/channels", description="Where channels deliver", any_query=True
)

_PARAMETERS = [
    {
        "in": "path",
        "name": "kind",
        "schema": {"type": "string"},
        "example": "courier",
        "description": "The kind of channel",
    },
    {
        "in": "path",
        "name": "account",
        "schema": {"type": "string"},
        "example": "+573001234567",
        "description": "What the channel calls the account: a number, a page, a bot",
    },
]


@blueprint.post("/<string:kind>/<string:account>", parameters=_PARAMETERS)
@blueprint.response(
    200, {"type": "string"}, content_type="*/*", example="", description="What it brought is kept; empty, or the reply"
)
@blueprint.alt_response(400, "BAD_REQUEST")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.doc(
    requestBody={
        "content": {"*/*": {"schema": {}, "example": {"object": "the channel's own"}}},
        "description": "What the channel sends, as it sends it",
    }
)
def take_delivery(kind: str, account: str) -> Response:  # noqa: ARG001 (read with the signature)
    """Take what a channel delivers.

    It is answered when every message in it is kept: a delivery that gets no 200 is to be repeated, and a message that
    came before is not kept twice. Where the channel waits for the reply it is in the response.
    """
    found, channel, incoming = delivery(request)
    if found is None or channel is None:
        raise NotFound("there is no such channel account")
    conversation = get_conversation()
    response = Response(status=200)
    for inbound in channel.parse(incoming):
        person = conversation.person(found.organisation_id, found.assistant, inbound.sender)
        try:
            answered = conversation.receive(Event(person, inbound), waited=elapsed())
        except Conflict:
            # A channel's id that was used for something else: repeating the delivery would not change it.
            log.warning("event_id_used_before", channel=inbound.channel, account=inbound.account)
            continue
        response = Response(answered.reply.body, content_type=answered.reply.content_type)
    return response
