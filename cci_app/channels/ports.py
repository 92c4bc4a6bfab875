"""The port of a channel: how messages come in and go out by it, and what it can show."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from cci_app.channels.message import Address, Audio, Brought, Buttons, Choices, File, Link, Part, Text

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"


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

    `text_length` in characters of one message, `caption_length` of the words below a file, `messages` in one reply
    (None for any number), `buttons` and `choices` shown as such (0 for none). `listener` tells that whoever brought a
    message waits for the reply, `pushes` that a message can be sent later. Where nobody waits a message is answered
    when so many `burst_seconds` went by without another one, None for as many as the installation has it.
    `window_seconds` after a person's last message nothing but a template can be sent to them, None where that is always
    possible. Where nobody `converses`, only what answers a message about the work is taken in.
    """

    text_length: int | None = None
    caption_length: int | None = None
    messages: int | None = None
    buttons: int = 0
    choices: int = 0
    listener: bool = True
    pushes: bool = False
    burst_seconds: float | None = None
    window_seconds: float | None = None
    converses: bool = True


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came: `body` untouched; `fields` are those that an endpoint of our own has read from it.

    `account` is what the events and addresses in it are to name. `url` is the address that the sender called, as far as
    can be told; `nearby` says that it came from this machine, by no proxy.
    """

    account: str
    url: str = ""
    method: str = "POST"
    nearby: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fields: Mapping[str, Any] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """The value of a header, however its name is written; empty where there is none."""
        return next((value for known, value in self.headers.items() if known.lower() == name.lower()), "")


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

    def parse(self, incoming: Incoming) -> Sequence[Brought]:
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


@runtime_checkable
class Greeted(Protocol):
    """A channel that asks an address whether it is the right one before it delivers anything."""

    def challenge(self, incoming: Incoming) -> Rendered:
        """What to answer, to a request that was verified."""
        ...


@runtime_checkable
class Signals(Protocol):
    """A channel that can show a person that an answer is on its way."""

    def typing(self, address: Address, event_id: str | None) -> None:
        """Show it, as an answer to that event. Never raises; whether it was shown is of no account."""
        ...


@dataclass(frozen=True, slots=True)
class Media:
    """A file that somebody sent: its bytes, and what they are."""

    content: bytes
    media_type: str


@runtime_checkable
class KeepsFiles(Protocol):
    """A channel whose files have to be fetched from it."""

    def download(self, file: File, most_bytes: int) -> Media:
        """Fetch a file by its `ref`. Raises CciError for one that is too large, gone, or not to be had."""
        ...


@runtime_checkable
class KnowsPhones(Protocol):
    """A channel that can tell the phone behind an id that hides it."""

    def phone_behind(self, user_id: str) -> str | None:
        """The phone, as a user id; None where the channel does not know it. Raises CciError for no answer."""
        ...


@runtime_checkable
class WritesAddresses(Protocol):
    """A channel whose addresses are not the ids that people are known by: each is written in a way of its own."""

    def written_for(self, user_id: str) -> str:
        """What an address names to reach whoever is known by that id: a phone, or an id of the channel's own."""
        ...


@runtime_checkable
class Paired(Protocol):
    """A channel whose account is connected by a code that a telephone scans."""

    def pairing_code(self) -> bytes:
        """The code as a PNG. Raises CciError where there is none to be scanned."""
        ...


def read_fault(errors: Mapping[str, Fault], code: str, reason: str, after: float | None = None) -> Refused | Retry:
    """What a vendor's error means by its table."""
    fault = errors.get(code, Fault.REFUSED)
    return Retry(reason, after) if fault is Fault.RETRY else Refused(code, reason, fault)


_JOINER = "\u200d"
_JOINED = frozenset((_JOINER, "\ufe0f", "\u20e3", *map(chr, range(0x1F3FB, 0x1F400))))
_LONGEST_SIGN = 32
_CUTS = (("\n\n",), ("\n",), (". ", "! ", "? ", "… "), (" ",))


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` characters: between paragraphs, else lines, sentences, or words."""
    pieces = []
    while len(text) > limit:
        cut = next(filter(None, (_last(text, marks, limit) for marks in _CUTS)), 0) or _between_signs(text, limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def _between_signs(text: str, at: int) -> int:
    """The place at or a little before that one at which no sign of several characters is cut, such as an emoji."""
    for place in range(at, max(at - _LONGEST_SIGN, 0), -1):
        if text[place - 1] != _JOINER and text[place] not in _JOINED and not unicodedata.combining(text[place]):
            return place
    return at


def _last(text: str, marks: tuple[str, ...], limit: int) -> int:
    """Where the last of the marks ends that a piece has room for, its blank left out; 0 where there is none."""
    found = ((text.rfind(mark, 1, limit + len(mark.lstrip())), len(mark.rstrip())) for mark in marks)
    return max(at + length if at > 0 else 0 for at, length in found)


def fitted(parts: Iterable[Part], limits: Limits) -> tuple[Part, ...]:
    """The parts with long texts cut into several, so that each part is one message of the channel."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, File):
            made += _with_short_caption(part, limits)
        elif limits.text_length is None:
            made.append(part)
        elif isinstance(part, Text):
            made += [Text(piece) for piece in split_text(part.text, limits.text_length)]
        elif isinstance(part, Buttons | Choices | Link):
            made += _with_short_text(part, limits.text_length)
        else:
            made.append(part)
    return tuple(made)


def _with_short_text(part: Buttons | Choices | Link, limit: int) -> list[Part]:
    """The part with the end of its text, after the rest of it, where all of it is too long in plain form."""
    room = limit - (len(part.plain) - len(part.text))
    # What is nearly all answers is as it is: no cut of its text makes it short.
    if len(part.text) <= room or room < limit // 4:
        return [part]
    *before, last = split_text(part.text, limit)
    *more, end = split_text(last, room)
    return [*map(Text, (*before, *more)), replace(part, text=end)]


def _with_short_caption(file: File, limits: Limits) -> list[Part]:
    """The file with as much of its caption as is shown below it, then the rest; with a recording nothing is shown."""
    most = limits.caption_length
    if most is None or len(file.caption) <= (0 if isinstance(file, Audio) else most):
        return [file]
    first, *rest = split_text(file.caption, most)
    below = "" if isinstance(file, Audio) else first
    return [replace(file, caption=below), *map(Text, rest if below else (first, *rest))]
