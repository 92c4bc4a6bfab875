"""Whoever tries an assistant on a page: they wait for the reply, and nobody else is told."""

import json
from collections.abc import Mapping, Sequence

from cci_app.channels.message import Address, Inbound, Part, parts_to_json
from cci_app.channels.ports import Delivery, Fault, Incoming, Limits, Refused, Rendered, Reply

KIND = "trial"


class TrialPage:
    """The page on which an assistant is tried."""

    kind = KIND
    limits = Limits()
    errors: Mapping[str, Fault] = {}

    def verify(self, incoming: Incoming) -> bool:  # noqa: ARG002
        """No requests come this way: the page has proven who writes."""
        return False

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:  # noqa: ARG002
        """No requests come this way."""
        return []

    def render(self, reply: Reply) -> Rendered:
        """The reply as a JSON object."""
        body = {
            "parts": parts_to_json(reply.parts),
            "user_status": dict(reply.user_status),
            "response_time_ms": reply.response_time_ms,
        }
        return Rendered(json.dumps(body, ensure_ascii=False).encode())

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002
        """Refuse: a trial sends nothing."""
        return Refused("no_push", "a trial cannot be written to")

    def close(self) -> None:
        """Nothing to close."""
