"""What Telegram delivers: one update at a time."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import Field

from cci_app.channels.message import Address, Brought, Ignored, Inbound, Location, Part, Sticker, VCard
from cci_app.channels.ports import Incoming
from cci_app.channels.reading import Wire, file_of, person_id, reacted, read_json, said
from cci_app.core.errors import InvalidInput
from cci_app.core.text import clean

TELEGRAM = "telegram"
# What we ask Telegram for; the rest of its updates would be of no use.
UPDATES = ("message", "edited_message", "callback_query", "message_reaction")
_KNOWN_FILES = (
    ("voice", "audio/ogg"),
    ("audio", "audio/mpeg"),
    ("video", "video/mp4"),
    ("video_note", "video/mp4"),
    ("animation", "video/mp4"),
    ("document", "application/octet-stream"),
)


class TelegramUser(Wire):
    """Somebody at Telegram."""

    id: int
    is_bot: bool = False


class TelegramChat(Wire):
    """A chat; private ones alone are between two."""

    id: int
    type: str = "private"


class TelegramFile(Wire):
    """A file, in one of its sizes."""

    file_id: str
    mime_type: str | None = None
    file_name: str | None = None


class TelegramContact(Wire):
    """A contact, who may be the sender."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class TelegramPlace(Wire):
    """A place; a venue has a title and an address."""

    latitude: float
    longitude: float


class TelegramVenue(Wire):
    """A place with a name."""

    location: TelegramPlace
    title: str = ""
    address: str = ""


class TelegramButton(Wire):
    """A button below a message."""

    text: str
    callback_data: str | None = None


class TelegramKeyboard(Wire):
    """The buttons below a message, in rows."""

    inline_keyboard: list[list[TelegramButton]] = Field(default_factory=list)


class TelegramAnswered(Wire):
    """A message that another one answers."""

    message_id: int


class TelegramMessage(Wire):
    """A message."""

    message_id: int = 0
    sender: TelegramUser | None = Field(None, alias="from")
    chat: TelegramChat
    text: str | None = None
    caption: str | None = None
    photo: list[TelegramFile] = Field(default_factory=list)
    voice: TelegramFile | None = None
    audio: TelegramFile | None = None
    video: TelegramFile | None = None
    video_note: TelegramFile | None = None
    animation: TelegramFile | None = None
    document: TelegramFile | None = None
    sticker: TelegramFile | None = None
    location: TelegramPlace | None = None
    venue: TelegramVenue | None = None
    contact: TelegramContact | None = None
    reply_markup: TelegramKeyboard | None = None
    answered: TelegramAnswered | None = Field(None, alias="reply_to_message")


class TelegramPress(Wire):
    """A button that was pressed."""

    id: str
    sender: TelegramUser = Field(alias="from")
    message: TelegramMessage | None = None
    data: str | None = None


class TelegramEmoji(Wire):
    """One of the signs put to a message; of those that somebody drew there is no emoji."""

    emoji: str | None = None


class TelegramReaction(Wire):
    """What somebody put to a message, in place of what was there."""

    chat: TelegramChat
    message_id: int
    user: TelegramUser | None = None
    new_reaction: list[TelegramEmoji] = Field(default_factory=list)


class TelegramUpdate(Wire):
    """An update."""

    update_id: int
    message: TelegramMessage | None = None
    edited_message: TelegramMessage | None = None
    callback_query: TelegramPress | None = None
    message_reaction: TelegramReaction | None = None


def read_update(incoming: Incoming) -> Sequence[Brought]:
    """The event in an update. Raises InvalidInput."""
    update = read_json(TelegramUpdate, incoming, "Telegram's")
    if update.callback_query is not None:
        return [_pressed(update.update_id, update.callback_query, incoming)]
    if update.message_reaction is not None:
        return [_reacted(update.update_id, update.message_reaction, incoming)]
    message = update.message or update.edited_message
    if message is None:
        return [Ignored("an update of another kind")]
    if message.chat.type != "private" or message.sender is None or message.sender.is_bot:
        return [Ignored("a message of a group")]
    parts = _parts(message)
    if not parts:
        return [Ignored("a message of another kind")]
    inbound = _inbound(incoming, str(update.update_id), message.sender, message.chat.id, parts, _also(message))
    answers = (str(message.answered.message_id),) if message.answered is not None else ()
    return [replace(inbound, answers=answers, command=_command_in(message.text or ""))]


def callback_of(event_id: str | None) -> str | None:
    """The id of the press that an event was, by which Telegram is told that it was heard; None for other events."""
    return (event_id or "").partition(" ")[2] or None


def _inbound(
    incoming: Incoming,
    event_id: str,
    sender: TelegramUser,
    chat: int,
    parts: tuple[Part, ...],
    also: tuple[str, ...] = (),
) -> Inbound:
    return Inbound(
        channel=TELEGRAM,
        account=incoming.account,
        sender=f"{TELEGRAM}:{sender.id}",
        parts=parts,
        event_id=event_id,
        reply_to=Address(TELEGRAM, incoming.account, str(chat)),
        also=also,
    )


def _pressed(update_id: int, press: TelegramPress, incoming: Incoming) -> Brought:
    rows = press.message.reply_markup.inline_keyboard if press.message and press.message.reply_markup else []
    title = next((one.text for row in rows for one in row if one.callback_data == press.data), press.data or "")
    parts = said(title)
    if not parts:
        return Ignored("a press of another kind")
    chat = press.message.chat.id if press.message else press.sender.id
    return _inbound(incoming, f"{update_id} {press.id[:64]}", press.sender, chat, parts)


def _reacted(update_id: int, put: TelegramReaction, incoming: Incoming) -> Brought:
    emoji = next((each.emoji for each in reversed(put.new_reaction) if each.emoji), None)
    parts = reacted(emoji, str(put.message_id))
    if put.chat.type != "private" or put.user is None or put.user.is_bot or not parts:
        return Ignored("a reaction of another kind")
    return _inbound(incoming, str(update_id), put.user, put.chat.id, parts)


def _parts(message: TelegramMessage) -> tuple[Part, ...]:
    parts: list[Part] = [*said(_command(message.text or message.caption or ""))]
    if message.photo:
        # The largest stands last.
        parts.append(file_of("image/jpeg", ref=message.photo[-1].file_id))
    # An animation is told a second time as a document.
    for name, usual in _KNOWN_FILES[: 5 if message.animation else 6]:
        file: TelegramFile | None = getattr(message, name)
        if file is not None:
            parts.append(file_of(file.mime_type or usual, ref=file.file_id, name=file.file_name or ""))
    if message.sticker is not None:
        parts.append(Sticker(ref=message.sticker.file_id))
    if message.venue is not None:
        place, venue = message.venue.location, message.venue
        parts.append(Location(place.latitude, place.longitude, clean(venue.title)[:255], clean(venue.address)[:255]))
    elif message.location is not None:
        parts.append(Location(message.location.latitude, message.location.longitude))
    if message.contact is not None:
        known = message.contact
        name = clean(f"{known.first_name} {known.last_name}".strip())[:255]
        parts.append(VCard(name, (clean(known.phone_number)[:40],)))
    return tuple(parts)


def _command(text: str) -> str:
    """A command as the word that it stands for: `/help@our_bot now` is `help now`; what follows /start is a link's."""
    if not text.startswith("/"):
        return text
    command, _, rest = text[1:].partition(" ")
    word = command.partition("@")[0].replace("_", " ")
    return word if word == "start" else f"{word} {rest}".strip()


def _command_in(text: str) -> str:
    words = text[1:].split(maxsplit=1)
    return words[0].partition("@")[0].lower()[:40] if text.startswith("/") and words else ""


def _also(message: TelegramMessage) -> tuple[str, ...]:
    """The phone of whoever shares their own contact."""
    known = message.contact
    if known is None or message.sender is None or known.user_id != message.sender.id:
        return ()
    try:
        return (person_id(f"+{known.phone_number.lstrip('+')}"),)
    except InvalidInput:
        return ()
