"""The addresses to which channels deliver."""

from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest

from cci_app.channels.ports import Greeted
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.request import elapsed
from cci_app.webhooks.deliveries import take
from cci_app.webhooks.signature import delivery

blueprint = EdgeBlueprint(
    "webhooks", __name__, url_prefix="/api/v1/channels", description="Where channels deliver", any_query=True
)
alias = EdgeBlueprint(
    "webhook_alias", __name__, url_prefix="/api/v1/webhook", description="Where channels deliver", any_query=True
)

_PARAMETERS = [
    {
        "in": "path",
        "name": "kind",
        "schema": {"type": "string"},
        "example": "twilio",
        "description": "The kind of channel",
    },
    {
        "in": "path",
        "name": "account",
        "schema": {"type": "string"},
        "example": "+573001234567",
        "description": "What the channel calls the account: a number, a page, a bot; `default` is the environment's",
    },
]
_BODY: dict[str, Any] = {
    "content": {
        kind: {"schema": {"type": "object"}, "example": {"object": "the channel's own"}}
        for kind in ("application/json", "application/x-www-form-urlencoded")
    },
    "description": "What the channel sends, as it sends it",
}


@blueprint.post("/<string:kind>/<string:account>", parameters=_PARAMETERS)
@blueprint.response(
    200, {"type": "string"}, content_type="*/*", example="", description="What it brought is kept; empty, or the reply"
)
@blueprint.alt_response(400, "BAD_REQUEST")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.doc(requestBody=_BODY)
def take_delivery(kind: str, account: str) -> Response:  # noqa: ARG001 (read with the signature)
    """Take what a channel delivers.

    It is answered when every message in it is kept: a delivery that gets no 200 is to be repeated, and a message that
    came before is not kept twice. Where the channel waits for the reply it is in the response.
    """
    return _taken()


@blueprint.get("/<string:kind>/<string:account>", parameters=_PARAMETERS)
@blueprint.response(
    200, {"type": "string"}, content_type="*/*", example="1158201444", description="What the channel asked to hear"
)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
def greet_channel(kind: str, account: str) -> Response:  # noqa: ARG001 (read with the signature)
    """Answer a channel that asks whether this is the right address, with the word that was agreed on (403 without)."""
    _, channel, incoming = delivery(request)
    if not isinstance(channel, Greeted):
        raise NotFound("this channel asks nothing before it delivers")
    answer = channel.challenge(incoming)
    return Response(answer.body, content_type=answer.content_type)


@alias.post("")
@alias.response(
    200, {"type": "string"}, content_type="*/*", example="", description="What it brought is kept; empty, or the reply"
)
@alias.alt_response(400, "BAD_REQUEST")
@alias.alt_response(404, "NOT_FOUND")
@alias.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@alias.doc(requestBody=_BODY)
def take_waha_delivery() -> Response:
    """Take what WAHA delivers for the number that the environment's variables name."""
    return _taken()


def _taken() -> Response:
    found, channel, incoming = delivery(request)
    if found is None or channel is None:
        raise NotFound("there is no such channel account")
    try:
        brought = channel.parse(incoming)
    except InvalidInput as error:
        raise BadRequest(error.message) from error
    reply = take(found, channel, brought, waited=elapsed())
    return Response(reply.body, content_type=reply.content_type)
