"""The functions that another program in this process calls: it waits for the reply, and gets it as a text."""

from collections.abc import Mapping, Sequence

from cci_app.channels.message import Address, Inbound, Part
from cci_app.channels.ports import Delivery, Fault, Incoming, Limits, Refused, Rendered, Reply
from cci_app.channels.words import plain_text


class Functions:
    """Whoever imports `cci_app.whatsapp_handler`."""

    kind = "functions"
    limits = Limits()
    errors: Mapping[str, Fault] = {}

    def verify(self, incoming: Incoming) -> bool:  # noqa: ARG002
        """Whoever runs in this process is trusted."""
        return True

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:  # noqa: ARG002
        """No requests come this way."""
        return []

    def render(self, reply: Reply) -> Rendered:
        """The reply as a text."""
        return Rendered(plain_text(reply.parts).encode(), "text/plain; charset=utf-8")

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002
        """Refuse: nobody listens but while waiting for a reply."""
        return Refused("no_push", "a caller of the functions cannot be written to")

    def close(self) -> None:
        """Nothing to close."""
