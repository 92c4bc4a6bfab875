"""A message in either direction: a list of parts, whatever channel it travels by.

An agent says what it means; each channel shows what it can, and for the rest the part's plain form. As JSON a part
carries its kind, the version of that kind and, unless it is a text, its plain form: whoever does not know the kind, or
not yet its version, shows that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, ClassVar, Final

from pydantic import TypeAdapter

from cci_app.channels.enclosed import LetterFile
from cci_app.channels.lines import in_lines, numbered

MOST_BUTTONS: Final = 3
MOST_CHOICES: Final = 10
BETWEEN_PARTS: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message; `plain` is what is read of it where it cannot be shown."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def plain(self) -> str:
        """The part as text."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(Part):
    """Words."""

    kind = "text"
    text: str

    @property
    def plain(self) -> str:
        """The words."""
        return self.text


@dataclass(frozen=True, slots=True)
class Button:
    """One of the answers that a person may press; `id` is what comes back."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Buttons(Part):
    """A text with up to three answers below it."""

    kind = "buttons"
    text: str
    buttons: tuple[Button, ...]

    def __post_init__(self) -> None:
        _check(self.buttons, MOST_BUTTONS, "buttons")

    @property
    def plain(self) -> str:
        """The text and its answers, numbered."""
        return numbered(self.text, [button.title for button in self.buttons])


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list of choices."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Choices(Part):
    """A text with a list of up to ten choices behind a button that says `label`."""

    kind = "choices"
    text: str
    label: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        _check(self.choices, MOST_CHOICES, "choices")

    @property
    def plain(self) -> str:
        """The text and its choices, numbered."""
        return numbered(self.text, [": ".join(filter(None, (one.title, one.description))) for one in self.choices])


@dataclass(frozen=True, slots=True)
class Link(Part):
    """A text with a button that opens an address."""

    kind = "link"
    text: str
    url: str
    label: str

    @property
    def plain(self) -> str:
        """The text, then the address."""
        return in_lines(self.text, self.url)


@dataclass(frozen=True, slots=True)
class File(Part):
    """A file somewhere; which kind of file its class tells. `url` is empty where the channel tells none.

    `ref` is the channel's own name of the file, by which the account that it came to fetches it; `media_type` is what
    the channel says that it is.
    """

    url: str = ""
    name: str = ""
    caption: str = ""
    ref: str = ""
    media_type: str = ""

    @property
    def plain(self) -> str:
        """What stands below it, else its name, and its address; its kind in brackets where nothing is known of it."""
        return in_lines(self.caption or self.name, self.url) or f"[{self.kind}]"


@dataclass(frozen=True, slots=True)
class Image(File):
    """A picture."""

    kind = "image"


@dataclass(frozen=True, slots=True)
class Document(File):
    """A document."""

    kind = "document"


@dataclass(frozen=True, slots=True)
class Audio(File):
    """A voice note, or music."""

    kind = "audio"


@dataclass(frozen=True, slots=True)
class Video(File):
    """A film."""

    kind = "video"


@dataclass(frozen=True, slots=True)
class Sticker(File):
    """A sticker."""

    kind = "sticker"


@dataclass(frozen=True, slots=True)
class Location(Part):
    """A place, as far as it is told; coordinates in degrees."""

    kind = "location"
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    address: str = ""
    city: str = ""

    @property
    def plain(self) -> str:
        """Name, address and city, then the coordinates."""
        known = self.latitude is not None and self.longitude is not None
        place = f"{self.latitude}, {self.longitude}" if known else ""
        return in_lines(self.name, self.address, self.city, place) or f"[{self.kind}]"


@dataclass(frozen=True, slots=True)
class VCard(Part):
    """Somebody's visiting card."""

    kind = "contact"
    name: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    company: str = ""

    @property
    def plain(self) -> str:
        """What stands on it, a line each."""
        return in_lines(self.name, self.company, *self.phones, self.email) or f"[{self.kind}]"


@dataclass(frozen=True, slots=True)
class Reaction(Part):
    """An emoji put to a message, which `to` names by the channel's id."""

    kind = "reaction"
    emoji: str
    to: str = ""

    @property
    def plain(self) -> str:
        """The emoji."""
        return self.emoji


@dataclass(frozen=True, slots=True)
class Template(Part):
    """A text that the channel's owner approved, by its name there; `text` is how it reads with its values."""

    kind = "template"
    name: str
    language: str
    text: str
    values: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """How it reads."""
        return self.text


@dataclass(frozen=True, slots=True)
class Letter(Part):
    """A text with a subject above it; a mail shows `html`, a whole page, where there is one, and carries `enclosed`."""

    kind = "letter"
    subject: str
    text: str
    html: str = ""
    enclosed: tuple[LetterFile, ...] = ()

    @property
    def plain(self) -> str:
        """The subject, then the text."""
        return f"{self.subject}{BETWEEN_PARTS}{self.text}"


@dataclass(frozen=True, slots=True)
class Unsupported(Part):
    """A message whose content the channel does not pass on; `what` is its name of it."""

    kind = "unsupported"
    what: str = ""

    @property
    def plain(self) -> str:
        """That there was something."""
        return f"[{self.what or self.kind}]"


KINDS: Final[Mapping[str, type[Part]]] = {
    part.kind: part
    for part in (
        *(Text, Buttons, Choices, Link, Image, Document, Audio, Video, Sticker),
        *(Location, VCard, Reaction, Template, Letter, Unsupported),
    )
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached: the kind of channel, the account there that writes, and the channel's own id."""

    channel: str
    account: str
    to: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event that a channel brought in, verified, parsed and clean.

    `channel` is the kind of channel that answers it, `account` that which it came to: `event_id`, the channel's own id
    of the event (None where it gives none), is unique there. `sender` is the person's user id, `also` are others that
    the channel knows them by, `reply_to` is where they can be reached later, as far as the channel tells. `answers` are
    the channel's ids of the messages that this one answers, the nearest first; `command` is a bot's, without its slash.
    """

    channel: str
    account: str
    sender: str
    parts: tuple[Part, ...] = ()
    event_id: str | None = None
    reply_to: Address | None = None
    also: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a channel tells of a message of ours, by the id that it gave it, or by the key that we sent with it.

    `state` is what the message has become: sent, delivered, read or failed; `code` and `reason` say why it failed.
    """

    state: str
    vendor_id: str | None = None
    key: str | None = None
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What somebody of the organisation wrote to a person by the account's own telephone, past us."""

    channel: str
    account: str
    person: str
    text: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event from which nothing follows; `what` names its kind, never what was said."""

    what: str


@dataclass(frozen=True, slots=True)
class AccountNews:
    """What a channel tells of the account itself; `reason` says what is to be done where it does not work."""

    works: bool
    reason: str | None = None


Brought = Inbound | DeliveryReport | OwnWords | AccountNews | Ignored


def part_to_json(part: Part) -> dict[str, Any]:
    """The part as JSON."""
    if isinstance(part, Text):
        return {"kind": part.kind, "version": part.version, "text": part.text}
    return {"kind": part.kind, "version": part.version, "plain": part.plain, **asdict(part)}


def part_from_json(kept: Mapping[str, Any]) -> Part:
    """Read what `part_to_json` wrote, now or in another version; what is not known is its plain text.

    Raises ValueError for what no version writes.
    """
    fields = dict(kept)
    known = KINDS.get(fields.pop("kind", ""))
    version, plain = fields.pop("version", 1), fields.pop("plain", None)
    if known is not None and version <= known.version:
        return _reader(known.kind).validate_python(fields)
    if not isinstance(plain, str):
        raise ValueError("neither a known part nor its plain text")
    return Text(plain)


def parts_to_json(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Parts as JSON."""
    return [part_to_json(part) for part in parts]


def parts_from_json(kept: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """Read what `parts_to_json` wrote. Raises ValueError."""
    return tuple(part_from_json(one) for one in kept)


def address_to_json(address: Address | None) -> dict[str, str] | None:
    """The address as JSON."""
    return asdict(address) if address else None


def address_from_json(kept: Mapping[str, str] | None) -> Address | None:
    """Read what `address_to_json` wrote."""
    return Address(kept["channel"], kept["account"], kept["to"]) if kept else None


@cache
def _reader(kind: str) -> TypeAdapter[Part]:
    return TypeAdapter(KINDS[kind])


def _check(items: Sequence[object], most: int, what: str) -> None:
    if not 1 <= len(items) <= most:
        raise ValueError(f"{len(items)} {what}: there must be between 1 and {most}")
