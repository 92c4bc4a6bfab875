"""The port of a channel: how messages come in and go out by it, and what it can show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from cci_app.channels.message import Address, Inbound, Part

JSON_TYPE = "application/json"


class Fault(StrEnum):
    """What an error of a vendor's means for the message.

    `window_closed`: the channel lets nobody write first so long after the person's last message. `stop_account`: the
    account itself is not accepted, so nothing else will leave by it either.
    """

    RETRY = "retry"
    REFUSED = "refused"
    WINDOW_CLOSED = "window_closed"
    STOP_ACCOUNT = "stop_account"


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it; `id` is the channel's own, None where it gives none."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel does not want it. `code` is the vendor's own, `reason` says in words what is wrong."""

    code: str
    reason: str
    fault: Fault = Fault.REFUSED


@dataclass(frozen=True, slots=True)
class Retry:
    """It certainly was not sent and may be tried again; after so many seconds, where the vendor told."""

    reason: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody knows whether it arrived: it must not be sent again."""

    reason: str


Delivery = Sent | Refused | Retry | Uncertain


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can do.

    `text_length` in characters of one message, `messages` in one reply (None for any number), `buttons` and `choices`
    shown as such (0 for none). `listener` tells that whoever brought a message waits for the reply, `pushes` that a
    message can be sent later. Where nobody waits a message is answered when so many `burst_seconds` went by without
    another one, None for as many as the installation has it.
    """

    text_length: int | None = None
    messages: int | None = None
    buttons: int = 0
    choices: int = 0
    listener: bool = True
    pushes: bool = False
    burst_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came: `body` untouched; `fields` are those that an endpoint of our own has read from it.

    `account` is what the events and addresses in it are to name.
    """

    account: str
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sender is told: the parts, where the person stands, and how long it took in milliseconds."""

    parts: tuple[Part, ...]
    user_status: Mapping[str, Any]
    response_time_ms: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A reply as it is stored and sent. `rest` found no room in it, and is to leave afterwards."""

    body: bytes
    content_type: str = JSON_TYPE
    rest: tuple[Part, ...] = ()


class Channel(Protocol):
    """One way by which people write to us. Values in, values out: it knows no database and no request."""

    kind: str
    limits: Limits
    # By the vendor's code; one that does not stand here is refused.
    errors: Mapping[str, Fault]

    def verify(self, incoming: Incoming) -> bool:
        """Whether the request is the channel's: its signature over the raw body, compared in constant time."""
        ...

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:
        """The events in a request. Raises InvalidInput for what the channel never sends."""
        ...

    def render(self, reply: Reply) -> Rendered:
        """The reply for the one who waits; where nobody does, what acknowledges a message."""
        ...

    def send(self, part: Part, address: Address, key: str) -> Delivery:
        """Send one part, once. Never raises for what the other side does.

        `key` is the same for the same part, for vendors that know such things.
        """
        ...

    def close(self) -> None:
        """Close its connections."""
        ...


def read_fault(errors: Mapping[str, Fault], code: str, reason: str, after: float | None = None) -> Refused | Retry:
    """What a vendor's error means by its table."""
    fault = errors.get(code, Fault.REFUSED)
    return Retry(reason, after) if fault is Fault.RETRY else Refused(code, reason, fault)


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` characters: between paragraphs, else lines, else words."""
    pieces = []
    while len(text) > limit:
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := text.rfind(mark, 1, limit + 1)) > 0), limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces
