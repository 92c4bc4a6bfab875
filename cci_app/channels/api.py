"""The plain API: a program sends a message as JSON and waits for the reply.

A reply's `response` holds its parts as one text; `parts` are there, too, where one of them is more than a text.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cci_app.channels.message import Address, Inbound, Part, Text, part_from_json, parts_to_json
from cci_app.channels.ports import Delivery, Fault, Incoming, Limits, Refused, Rendered, Reply
from cci_app.channels.words import plain_text

# The account of both forms of the message endpoint: an event sent again in the other form is the same event.
ACCOUNT = "api"
# Who pushes to the subscribers that callers name.
MANYCHAT = "manychat"


class Api:
    """Whoever has an API key."""

    kind = "api"
    limits = Limits()
    errors: Mapping[str, Fault] = {}

    def verify(self, incoming: Incoming) -> bool:
        """What the endpoint has read: the key that it came with has proven it."""
        return bool(incoming.fields)

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:
        """The message that the endpoint has read."""
        return [read_message(incoming, self.kind)]

    def render(self, reply: Reply) -> Rendered:
        """The reply as a JSON object."""
        body: dict[str, Any] = {
            "response": plain_text(reply.parts),
            "user_status": dict(reply.user_status),
            "response_time_ms": reply.response_time_ms,
        }
        if not all(isinstance(part, Text) for part in reply.parts):
            body["parts"] = parts_to_json(reply.parts)
        return Rendered(json.dumps(body, ensure_ascii=False).encode())

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002
        """Refuse: nobody listens but while waiting for a reply."""
        return Refused("no_push", "a caller of the API cannot be written to")

    def close(self) -> None:
        """Nothing to close."""


def read_message(incoming: Incoming, channel: str) -> Inbound:
    """The event in the fields of the message endpoint; its reply goes out by `channel`."""
    fields = incoming.fields
    user_id, message_id, subscriber = fields["user_id"], fields.get("message_id"), fields.get("subscriber_id")
    parts: list[Part] = [Text(fields["message"])] if fields["message"] else []
    if fields.get("media"):
        given = dict(fields["media"])
        parts.append(part_from_json({"kind": str(given.pop("type")), **given}))
    return Inbound(
        channel=channel,
        account=incoming.account,
        sender=user_id,
        parts=tuple(parts),
        # Flow authors number the messages of each contact: one contact's id is not another's.
        event_id=f"{user_id} {message_id}" if message_id else None,
        reply_to=None if subscriber is None else Address(MANYCHAT, MANYCHAT, str(subscriber)),
    )
