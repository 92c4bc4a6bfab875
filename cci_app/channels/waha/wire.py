"""What WAHA delivers: its own envelope, and the short form that gateways before it use."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from cci_app.channels.message import (
    AccountNews,
    Address,
    Brought,
    DeliveryReport,
    Ignored,
    Inbound,
    Location,
    OwnWords,
    Part,
    VCard,
)
from cci_app.channels.ports import Incoming
from cci_app.channels.reading import Wire, degrees, file_of, person_id, reacted, read_json, read_shape, said
from cci_app.core.errors import InvalidInput
from cci_app.core.text import clean

WAHA = "waha"
WORKING = "WORKING"
# What these states ask for; others pass by themselves.
NEEDS = {
    "SCAN_QR_CODE": "the number is not connected: scan the QR code with its telephone (Linked devices)",
    "FAILED": "the session has failed: restart it, and scan the QR code anew where that does not help",
    "STOPPED": "the session is stopped: start it",
    "PASSKEY_REQUIRED": "WhatsApp asks for a passkey: confirm it on the telephone",
    "PASSKEY_CONFIRMATION_REQUIRED": "WhatsApp asks for a passkey: confirm it on the telephone",
}
_ACKS = {-1: "failed", 1: "sent", 2: "delivered", 3: "read", 4: "read"}
_MESSAGES = frozenset({"message", "message.any", "message.edited"})
_REACTION = "message.reaction"
# Chats of many, from which nobody expects an answer.
_CROWDS = ("@g.us", "@newsletter", "@broadcast")
# Where the engines keep the phone behind an id that hides it.
_BEHIND = (("key", "remoteJidAlt"), ("key", "senderPn"), ("Info", "SenderAlt"))
_LONGEST_ID = 160


class WahaMedia(Wire):
    """A file of a message."""

    url: str | None = None
    mimetype: str | None = None
    filename: str | None = None


class WahaReaction(Wire):
    """An emoji put to a message; none where it was taken away."""

    text: str | None = None
    message: str | None = Field(None, alias="messageId")


class WahaPayload(Wire):
    """A message, an acknowledgement, or the state of the session."""

    id: str = ""
    sender: str = Field("", alias="from")
    to: str | None = None
    own: bool = Field(False, alias="fromMe")
    source: str | None = None
    body: str | None = None
    has_media: bool = Field(False, alias="hasMedia")
    media: WahaMedia | None = None
    cards: list[str] = Field([], alias="vCards")
    location: dict[str, Any] | None = None
    ack: int | None = None
    edited: str | None = Field(None, alias="editedMessageId")
    status: str | None = None
    reaction: WahaReaction | None = None
    inner: dict[str, Any] | None = Field(None, alias="_data")
    answered: dict[str, Any] | None = Field(None, alias="replyTo")


class ShortMessage(Wire):
    """A message in the short form."""

    sender: str = Field(alias="from", min_length=1)
    text: str
    timestamp: int | float | str | None = None
    id: str | None = None


class WahaEnvelope(Wire):
    """A delivery in any of its forms."""

    event: str | None = None
    session: str | None = None
    payload: dict[str, Any] | None = None
    message: ShortMessage | None = None
    test: bool = False


def read_delivery(incoming: Incoming, session: str) -> Sequence[Brought]:
    """The event in a delivery to that session. Raises InvalidInput."""
    envelope = read_json(WahaEnvelope, incoming, "WAHA's")
    if envelope.test:
        return [Ignored("test")]
    if envelope.session not in {None, session}:
        return [Ignored("another session")]
    if envelope.message is not None and envelope.event is None:
        return [_short(envelope.message, incoming)]
    if envelope.event is None or envelope.payload is None:
        raise InvalidInput("this is no delivery of WAHA's: event or payload is missing")
    payload = read_shape(WahaPayload, envelope.payload, "WAHA's")
    return [_event(envelope.event, payload, incoming)]


def inner_id(written: Any) -> str | None:
    """The message's own part of an id, the same whether the chat is told by its phone or by an id that hides it."""
    if isinstance(written, Mapping):
        return inner_id(written.get("_serialized") or written.get("id"))
    if not isinstance(written, str) or not written:
        return None
    parts = written.split("_")
    return (parts[2] if len(parts) > 2 else written)[:_LONGEST_ID]


def _event(event: str, payload: WahaPayload, incoming: Incoming) -> Brought:
    if event == "session.status":
        status = payload.status or ""
        needs = NEEDS.get(status)
        if needs is None and status != WORKING:
            return Ignored(f"session {status[:40].lower()}")
        return AccountNews(works=status == WORKING, reason=needs)
    if event == "message.ack":
        state = _ACKS.get(payload.ack or 0)
        reason = "WhatsApp could not deliver it" if state == "failed" else None
        vendor_id = inner_id(payload.id)
        return DeliveryReport(state, vendor_id, reason=reason) if state and vendor_id else Ignored(event)
    if event not in _MESSAGES and event != _REACTION:
        return Ignored(event[:60])
    chat = (payload.to or "") if payload.own else payload.sender
    if not chat or not payload.id:
        raise InvalidInput("this is no delivery of WAHA's: payload.id or payload.from is missing")
    if chat.endswith(_CROWDS):
        return Ignored("a message of a group")
    if event == _REACTION and payload.own:
        return Ignored("a reaction of ours")
    if payload.own:
        return _own(payload, chat, incoming)
    return _message(event, payload, chat, incoming)


def _own(payload: WahaPayload, chat: str, incoming: Incoming) -> Brought:
    """What left by the telephone is somebody's own words; what left by us we know."""
    message = inner_id(payload.id)
    if payload.source != "app" or message is None:
        return Ignored("a message of ours")
    return OwnWords(WAHA, incoming.account, person_id(chat), clean(payload.body or ""), message)


def _message(event: str, payload: WahaPayload, chat: str, incoming: Incoming) -> Brought:
    parts = _reaction(payload.reaction) if event == _REACTION else _parts(payload)
    if not parts:
        return Ignored("an empty message")
    message = inner_id(payload.edited or payload.id)
    event_id = f"{message} edited as {inner_id(payload.id)}" if event == "message.edited" else message
    return Inbound(
        channel=WAHA,
        account=incoming.account,
        sender=person_id(chat),
        parts=parts,
        event_id=event_id,
        reply_to=Address(WAHA, incoming.account, chat),
        also=_also(payload.inner or {}),
        answers=tuple(filter(None, (inner_id((payload.answered or {}).get("id")),))),
    )


def _reaction(given: WahaReaction | None) -> tuple[Part, ...]:
    return reacted(given.text, inner_id(given.message) or "") if given else ()


def _short(message: ShortMessage, incoming: Incoming) -> Brought:
    chat = message.sender if "@" in message.sender else f"{message.sender.lstrip('+')}@c.us"
    if chat.endswith(_CROWDS):
        return Ignored("a message of a group")
    sender, parts = person_id(message.sender), said(message.text)
    if not parts:
        return Ignored("an empty message")
    # Without an id the moment and the sender tell one message from the next.
    moment = f"{sender} at {message.timestamp}" if message.timestamp is not None else None
    return Inbound(
        channel=WAHA,
        account=incoming.account,
        sender=sender,
        parts=parts,
        event_id=message.id or moment,
        reply_to=Address(WAHA, incoming.account, chat),
    )


def _parts(payload: WahaPayload) -> tuple[Part, ...]:
    parts: list[Part] = [] if payload.location or payload.cards else [*said(payload.body or "")]
    if payload.has_media or payload.media:
        media = payload.media or WahaMedia()
        parts.append(file_of(media.mimetype or "", ref=media.url or "", name=media.filename or ""))
    if payload.location is not None:
        latitude, longitude = (degrees(payload.location.get(name)) for name in ("latitude", "longitude"))
        described = payload.location.get("description") or payload.location.get("name")
        parts.append(Location(latitude, longitude, clean(str(described or ""))[:255]))
    parts += [_card(card) for card in payload.cards[:10]]
    return tuple(parts)


def _card(written: str) -> VCard:
    lines = dict(line.partition(":")[::2] for line in clean(written)[:4096].split("\n"))
    names = [value for name, value in lines.items() if name.partition(";")[0].upper() == "FN"]
    phones = [value for name, value in lines.items() if name.partition(";")[0].upper().endswith("TEL")]
    return VCard(names[0][:255] if names else "", tuple(phone[:40] for phone in phones[:3]))


def _also(inner: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for room, name in _BEHIND:
        held = inner.get(room)
        written = held.get(name) if isinstance(held, Mapping) else None
        if isinstance(written, str) and "@" in written:
            found.append(person_id(written))
    return tuple(dict.fromkeys(found))
