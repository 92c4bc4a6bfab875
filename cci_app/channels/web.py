"""Whoever writes on a page of the web: they wait for the reply, and their page fetches what comes later."""

import json
from collections.abc import Mapping, Sequence

from cci_app.channels.message import MOST_BUTTONS, MOST_CHOICES, Address, Inbound, Part, parts_to_json
from cci_app.channels.ports import Delivery, Fault, Incoming, Limits, Rendered, Reply, Sent

KIND = "web"


class WebPage:
    """A chat on a page. What is sent is a row of the outbox already, and the page asks for those: it needs no wire."""

    kind = KIND
    limits = Limits(buttons=MOST_BUTTONS, choices=MOST_CHOICES, pushes=True)
    errors: Mapping[str, Fault] = {}

    def verify(self, incoming: Incoming) -> bool:  # noqa: ARG002
        """No requests come this way: the page has proven who writes."""
        return False

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:  # noqa: ARG002
        """No requests come this way."""
        return []

    def render(self, reply: Reply) -> Rendered:
        """The reply as a JSON object."""
        body = {"parts": parts_to_json(reply.parts), "response_time_ms": reply.response_time_ms}
        return Rendered(json.dumps(body, ensure_ascii=False).encode())

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002
        """Let the page fetch it."""
        return Sent()

    def close(self) -> None:
        """Nothing to close."""
