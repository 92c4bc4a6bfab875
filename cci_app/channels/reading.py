"""What several channels read of their deliveries in the same way."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from cci_app.channels.message import Audio, Document, File, Image, Part, Reaction, Sticker, Text, VCard, Video
from cci_app.channels.ports import Incoming
from cci_app.core.errors import InvalidInput
from cci_app.core.http.parser import parse_json
from cci_app.core.phone import to_user_id
from cci_app.core.text import clean

log = structlog.get_logger(__name__)

# As long as a message of the API: the longest that anything here reads.
MESSAGE_LENGTH = 4096
_LONGEST_NAME = 255
_LONGEST_EMOJI = 16
# Channels write numbers with their country: no other is assumed.
_NO_REGION = "ZZ"
_FILES: dict[str, type[File]] = {"image": Image, "audio": Audio, "video": Video}

M = TypeVar("M", bound="Wire")


class Wire(BaseModel):
    """What is read of an object on a vendor's wire; the rest of it is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)


def read_json(shape: type[M], incoming: Incoming, whose: str) -> M:
    """The body in that shape. Raises InvalidInput, or BadRequest for what is no JSON."""
    return read_shape(shape, parse_json(incoming.body), whose)


def read_shape(shape: type[M], given: Any, whose: str) -> M:
    """What was given in that shape. Raises InvalidInput, which names the place and never the value."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) or "the body" for fault in error.errors(include_input=False)}
        raise InvalidInput(f"this is no delivery of {whose}: {', '.join(sorted(places)[:3])}") from None


def same(given: str, expected: str) -> bool:
    """Whether a secret or signature is the expected one, found in a time that tells nothing; an empty one never is."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def signed(key: str, body: bytes, digest: Callable[..., Any] = hashlib.sha256) -> str:
    """The HMAC of a body in hexadecimal digits."""
    return hmac.new(key.encode(), body, digest).hexdigest()


def person_id(written: str) -> str:
    """The user id of a sender, however the channel writes it. Raises InvalidInput for what is none."""
    return to_user_id(written, _NO_REGION)


def said(text: str) -> tuple[Part, ...]:
    """Written words as a part, clean and no longer than a message may be; nothing for none."""
    words = clean(text)
    if len(words) > MESSAGE_LENGTH:
        log.warning("message_cut", characters=len(words))
        words = words[:MESSAGE_LENGTH]
    return (Text(words),) if words.strip() else ()


def reacted(emoji: str | None, to: str) -> tuple[Part, ...]:
    """An emoji put to a message as a part; nothing where it was taken away."""
    written = clean(emoji or "").strip()[:_LONGEST_EMOJI]
    return (Reaction(written, to),) if written else ()


def degrees(given: Any) -> float | None:
    """A coordinate, as a number or a text; None for what is none."""
    try:
        number = float(given)
    except (TypeError, ValueError):
        return None
    return number if -180 <= number <= 180 else None


def file_of(media_type: str, **fields: str) -> Part:
    """A file as the part that its type tells."""
    kind = media_type.partition("/")[0].lower()
    named = {name: clean(value)[:_LONGEST_NAME] for name, value in fields.items() if name == "name"}
    if media_type.lower().startswith(("text/vcard", "text/x-vcard")):
        return VCard()
    if media_type.lower() == "image/webp" and not fields.get("caption"):
        return Sticker(ref=fields.get("ref", ""), media_type=media_type)
    return _FILES.get(kind, Document)(media_type=media_type[:100], **{**fields, **named})


def nearby_alone(incoming: Incoming, secret: str | None) -> bool:
    """Whether a delivery may pass without a secret: where none is set, as on one's own machine, from there alone."""
    return secret is None and incoming.nearby
