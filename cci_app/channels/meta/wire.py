"""What Meta delivers: entries of changes of messages and statuses, each a list."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from cci_app.channels.message import (
    Address,
    Brought,
    DeliveryReport,
    Ignored,
    Inbound,
    Location,
    Part,
    Unsupported,
    VCard,
)
from cci_app.channels.ports import Incoming
from cci_app.channels.reading import Wire, file_of, person_id, reacted, read_json, read_shape, said
from cci_app.core.text import clean

META = "meta"
CUT = "…"
_OBJECT = "whatsapp_business_account"
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_FILES = ("image", "audio", "video", "document", "sticker")
# What nobody expects an answer to.
_SILENT = frozenset({"system", "request_welcome"})


class MetaPerson(Wire):
    """Whoever writes, by the ids that Meta tells."""

    wa_id: str | None = None
    user_id: str | None = None


class MetaFile(Wire):
    """A file by its id."""

    id: str
    mime_type: str = ""
    caption: str | None = None
    filename: str | None = None


class MetaText(Wire):
    """Written words."""

    body: str


class MetaPlace(Wire):
    """A place."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class MetaChosen(Wire):
    """A button or a line of a list that was chosen."""

    id: str = ""
    title: str = ""


class MetaInteractive(Wire):
    """An answer to buttons or a list."""

    button_reply: MetaChosen | None = None
    list_reply: MetaChosen | None = None


class MetaPressed(Wire):
    """A button of a template that was pressed."""

    text: str = ""
    payload: str | None = None


class MetaContext(Wire):
    """The message that another one answers."""

    id: str | None = None


class MetaReaction(Wire):
    """An emoji put to a message; none where it was taken away."""

    message_id: str = ""
    emoji: str = ""


class MetaMessage(Wire):
    """A message."""

    id: str = Field(min_length=1, max_length=512)
    type: str
    sender: str | None = Field(None, alias="from")
    scoped: str | None = Field(None, alias="from_user_id")
    text: MetaText | None = None
    image: MetaFile | None = None
    audio: MetaFile | None = None
    video: MetaFile | None = None
    document: MetaFile | None = None
    sticker: MetaFile | None = None
    location: MetaPlace | None = None
    contacts: list[dict[str, Any]] = Field(default_factory=list)
    interactive: MetaInteractive | None = None
    button: MetaPressed | None = None
    context: MetaContext | None = None
    reaction: MetaReaction | None = None


class MetaError(Wire):
    """Why something failed."""

    code: int | None = None
    title: str | None = None
    message: str | None = None


class MetaStatus(Wire):
    """What became of a message of ours."""

    id: str
    status: str
    key: str | None = Field(None, alias="biz_opaque_callback_data")
    errors: list[MetaError] = Field(default_factory=list)


class MetaNumber(Wire):
    """The number that it is about."""

    phone_number_id: str = ""


class MetaValue(Wire):
    """What changed at a number."""

    metadata: MetaNumber
    contacts: list[MetaPerson] = Field(default_factory=list)
    messages: list[MetaMessage] = Field(default_factory=list)
    statuses: list[MetaStatus] = Field(default_factory=list)


class MetaChange(Wire):
    """A change of a field; of fields that we know nothing of the value is left alone."""

    field: str
    value: Any = None


class MetaEntry(Wire):
    """The changes of a business account."""

    changes: list[MetaChange]


class MetaDelivery(Wire):
    """A delivery."""

    object: str
    entry: list[MetaEntry]


def read_delivery(incoming: Incoming, phone_number_id: str) -> Sequence[Brought]:
    """Every event in every change of every entry, for that number. Raises InvalidInput."""
    delivery = read_json(MetaDelivery, incoming, "Meta's")
    if delivery.object != _OBJECT:
        return [Ignored(delivery.object[:60])]
    brought: list[Brought] = []
    for change in (change for entry in delivery.entry for change in entry.changes):
        if change.field != "messages":
            brought.append(Ignored(change.field[:60]))
            continue
        value = read_shape(MetaValue, change.value, "Meta's")
        if value.metadata.phone_number_id != phone_number_id:
            brought.append(Ignored("another number"))
            continue
        brought += _events(value, incoming)
    return brought


def _events(value: MetaValue, incoming: Incoming) -> Iterator[Brought]:
    for message in value.messages:
        yield _message(message, value.contacts, incoming)
    for status in value.statuses:
        state = _STATES.get(status.status)
        error = status.errors[0] if status.errors else MetaError()
        reason = error.title or error.message
        code = str(error.code) if error.code is not None else None
        yield DeliveryReport(state, status.id, status.key, code, reason) if state else Ignored(status.status[:60])


def _message(message: MetaMessage, people: Sequence[MetaPerson], incoming: Incoming) -> Brought:
    if message.type in _SILENT:
        return Ignored(message.type)
    scoped = message.scoped or _scoped(message, people)
    written = message.sender or scoped
    if written is None:
        return Ignored("a message of nobody")
    parts = _parts(message)
    if not parts:
        return Ignored("an empty message")
    sender = person_id(f"+{message.sender.lstrip('+')}") if message.sender else person_id(written)
    return Inbound(
        channel=META,
        account=incoming.account,
        sender=sender,
        parts=parts,
        event_id=message.id,
        reply_to=Address(META, incoming.account, written),
        also=(person_id(scoped),) if scoped and scoped != written else (),
        answers=(message.context.id,) if message.context is not None and message.context.id else (),
    )


def _scoped(message: MetaMessage, people: Sequence[MetaPerson]) -> str | None:
    """The id of the sender for this business, which stands among the people of the delivery."""
    if message.sender is not None:
        people = [person for person in people if person.wa_id in {message.sender, None}]
    return people[0].user_id if len(people) == 1 else None


def _parts(message: MetaMessage) -> tuple[Part, ...]:
    for name in _FILES:
        file: MetaFile | None = getattr(message, name)
        if message.type == name and file is not None:
            found = file_of(file.mime_type, ref=file.id, name=file.filename or "")
            return (*said(file.caption or ""), found)
    if message.type == "reaction":
        put = message.reaction or MetaReaction()
        return reacted(put.emoji, put.message_id[:512])
    if message.type == "text" and message.text is not None:
        return said(message.text.body)
    if message.type == "location" and message.location is not None:
        place = message.location
        names = (clean(name or "")[:255] for name in (place.name, place.address))
        return (Location(place.latitude, place.longitude, *names),)
    if message.type == "contacts":
        return tuple(_card(contact) for contact in message.contacts[:10])
    if message.type == "button" and message.button is not None:
        return said(message.button.text or message.button.payload or "")
    if message.type == "interactive" and message.interactive is not None:
        chosen = message.interactive.button_reply or message.interactive.list_reply
        if chosen is not None:
            # A title that was too long to be shown stands in the id.
            return said(chosen.id if chosen.title.endswith(CUT) else chosen.title or chosen.id)
    return (Unsupported(clean(message.type)[:40]),)


def _card(contact: dict[str, Any]) -> VCard:
    name = contact.get("name")
    phones = contact.get("phones")
    listed = [each.get("phone") for each in phones if isinstance(each, dict)] if isinstance(phones, list) else []
    return VCard(
        clean(str(name.get("formatted_name", "")))[:255] if isinstance(name, dict) else "",
        tuple(clean(phone)[:40] for phone in listed[:3] if isinstance(phone, str)),
    )
