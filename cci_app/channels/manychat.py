"""Manychat: its flows wait for a dynamic block (version 2), and its API sends to a contact after the flow has gone on.

`POST {base}/fb/sending/sendContent` answers `{"status": "success"}` or `{"status": "error", "message", ...}`, the
latter also with HTTP 200. It knows no idempotency: a send whose fate is unknown must not be repeated.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

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
    Retry,
    Sent,
    Uncertain,
    read_fault,
    split_text,
)
from cci_app.core.errors import Conflict, Unavailable

MANYCHAT_TYPE = "application/vnd.manychat.v2+json"
# WhatsApp takes texts of up to 4,096 characters; a block holds up to ten messages.
_TEXT_LENGTH = 4096
_MESSAGES = 10
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
# Before anything was sent, or refused before it was looked at.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LONGEST_REASON = 300


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
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

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
        try:
            response = self._client.post("/fb/sending/sendContent", json={"subscriber_id": subscriber, "data": data})
        except _NOT_SENT as error:
            return Retry(f"Manychat cannot be reached ({type(error).__name__})")
        except httpx.HTTPError as error:
            return Uncertain(f"Manychat did not say whether it arrived ({type(error).__name__})")
        return self._read(response)

    def check(self) -> Iterator[str]:
        """Ask for the page that the key is of; say which it is. Raises Conflict or Unavailable for what is wrong."""
        try:
            response = self._client.get("/fb/page/getInfo")
        except httpx.HTTPError as error:
            raise Unavailable(
                f"Manychat cannot be reached ({type(error).__name__}): is MANYCHAT_BASE_URL right?"
            ) from error
        if response.status_code in {401, 403}:
            raise Conflict("Manychat does not accept MANYCHAT_API_KEY: make a new key under Settings, API")
        body = _body_of(response)
        if response.status_code != 200 or body.get("status") != "success":
            raise Unavailable(f"Manychat answered {response.status_code} and does not say which page the key is of")
        page = body.get("data")
        name = page.get("name") if isinstance(page, dict) else None
        yield f"the key is of the page {name}" if name else "Manychat accepts the key"

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _read(self, response: httpx.Response) -> Delivery:
        status = response.status_code
        code, answered = str(status), f"Manychat answered {status}"
        if status >= 500 and self.errors.get(code) is not Fault.RETRY:
            return Uncertain(answered)
        body = _body_of(response)
        if status == 200 and body.get("status") == "success":
            return Sent()
        if status == 200 and body.get("status") != "error":
            return Uncertain("Manychat's answer could not be read")
        if self.errors.get(code) is not Fault.RETRY:
            answered = f"{answered}: {body.get('message') or 'no reason given'}"[:_LONGEST_REASON]
        return read_fault(self.errors, code, answered, _retry_after(response))


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


def _body_of(response: httpx.Response) -> dict[str, Any]:
    """What a response says; empty where it is no JSON object."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(response: httpx.Response) -> float | None:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else None
