"""Manychat: its flows wait for a dynamic block (version 2), and its API sends to a contact after the flow has gone on.

`POST {base}/fb/sending/sendContent` answers `{"status": "success"}` or `{"status": "error", "message", ...}`, the
latter also with HTTP 200. It knows no idempotency: a send whose fate is unknown must not be repeated.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cci_app.channels.api import MANYCHAT, read_message
from cci_app.channels.message import Address, Inbound, Link, Part, Text
from cci_app.channels.ports import (
    Delivery,
    Fault,
    Incoming,
    Limits,
    Refused,
    Rendered,
    Reply,
    Sent,
    Uncertain,
    read_fault,
    split_text,
)
from cci_app.channels.vendor import LONGEST_REASON, Vendor, VendorAnswer
from cci_app.core.errors import Conflict, Unavailable

MANYCHAT_TYPE = "application/vnd.manychat.v2+json"
# WhatsApp takes texts of up to 4,096 characters; a block holds up to ten messages.
_TEXT_LENGTH = 4096
_MESSAGES = 10


class Manychat:
    """One Manychat page; without its key it renders replies and pushes nothing."""

    kind = MANYCHAT
    # By HTTP status: Manychat's own codes are not documented.
    errors: Mapping[str, Fault] = {
        "401": Fault.STOP_ACCOUNT,
        "403": Fault.STOP_ACCOUNT,
        "429": Fault.RETRY,
        "503": Fault.RETRY,
    }

    def __init__(self, api_key: str | None, base_url: str) -> None:
        self.limits = Limits(text_length=_TEXT_LENGTH, messages=_MESSAGES, pushes=api_key is not None)
        self._page = Vendor("Manychat", base_url, headers={"Authorization": f"Bearer {api_key}"})

    def verify(self, incoming: Incoming) -> bool:
        """What an endpoint of ours has read, for an API key; Manychat signs nothing, so a delivery is anybody's."""
        return bool(incoming.fields)

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:
        """The message that the endpoint has read."""
        return [read_message(incoming, self.kind)]

    def render(self, reply: Reply) -> Rendered:
        """The reply as a dynamic block; what does not go into its ten messages is the rest."""
        messages = _messages(reply.parts)
        content = {"type": "whatsapp", "messages": messages[:_MESSAGES], "actions": [], "quick_replies": []}
        body = json.dumps({"version": "v2", "content": content}, ensure_ascii=False).encode()
        return Rendered(body, rest=tuple(Text(_told(message)) for message in messages[_MESSAGES:]))

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002 (it knows no idempotency)
        """Push one part to a contact."""
        if not self.limits.pushes:
            return Refused("no_key", "there is no key of this Manychat page")
        messages = _messages([part])
        if len(messages) > _MESSAGES:
            return Refused("too_long", f"more than {_MESSAGES} messages of {_TEXT_LENGTH} characters")
        subscriber = int(address.to) if address.to.isdecimal() else address.to
        data = {"version": "v2", "content": {"type": "whatsapp", "messages": messages}}
        answer = self._page.ask("POST", "/fb/sending/sendContent", json={"subscriber_id": subscriber, "data": data})
        return self._read(answer) if isinstance(answer, VendorAnswer) else answer

    def check(self) -> Iterator[str]:
        """Ask for the page that the key is of; say which it is. Raises Conflict or Unavailable for what is wrong."""
        answer = self._page.ask("GET", "/fb/page/getInfo")
        if not isinstance(answer, VendorAnswer):
            raise Unavailable(f"{answer.reason}: is MANYCHAT_BASE_URL right?")
        if answer.status in {401, 403}:
            raise Conflict("Manychat does not accept MANYCHAT_API_KEY: make a new key under Settings, API")
        body = answer.fields
        if answer.status != 200 or body.get("status") != "success":
            raise Unavailable(f"Manychat answered {answer.status} and does not say which page the key is of")
        page = body.get("data")
        name = page.get("name") if isinstance(page, dict) else None
        yield f"the key is of the page {name}" if name else "Manychat accepts the key"

    def close(self) -> None:
        """Close its connections."""
        self._page.close()

    def _read(self, answer: VendorAnswer) -> Delivery:
        status, body = answer.status, answer.fields
        code, answered = str(status), f"Manychat answered {status}"
        if status >= 500 and self.errors.get(code) is not Fault.RETRY:
            return Uncertain(answered)
        if status == 200 and body.get("status") == "success":
            return Sent()
        if status == 200 and body.get("status") != "error":
            return Uncertain("Manychat's answer could not be read")
        if self.errors.get(code) is not Fault.RETRY:
            answered = f"{answered}: {body.get('message') or 'no reason given'}"[:LONGEST_REASON]
        return read_fault(self.errors, code, answered, answer.retry_after)


def _messages(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The messages of a block. WhatsApp shows texts and buttons that open an address; all else in its plain form."""
    messages: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, Link) and len(part.text) <= _TEXT_LENGTH:
            button = {"type": "url", "caption": part.label, "url": part.url}
            messages.append({"type": "text", "text": part.text, "buttons": [button]})
        elif part.plain:
            messages += [{"type": "text", "text": piece} for piece in split_text(part.plain, _TEXT_LENGTH)]
    return messages


def _told(message: Mapping[str, Any]) -> str:
    return "\n".join([message["text"], *(button["url"] for button in message.get("buttons", ()))])
