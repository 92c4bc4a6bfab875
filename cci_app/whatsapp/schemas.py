"""HTTP shapes of the message endpoint."""

import mimetypes
from enum import StrEnum
from typing import Any

import marshmallow as ma

from cci_app.channels.api import Api
from cci_app.channels.manychat import Manychat
from cci_app.contacts.card import ContactCard
from cci_app.core.http.fields import NOT_BLANK, CleanText, UserIdOrNumber
from cci_app.core.http.flows import FlowSchema
from cci_app.core.text import clean

MESSAGE_LENGTH = 4096
SUBSCRIBER_LENGTH = 64

MESSAGE_EXAMPLE = {"user_id": "+573001234567", "message": "Hola, soy una nueva empresa"}
REPLY_EXAMPLES = {
    "json": {
        "summary": "The reply",
        "value": {
            "response": "¡Hola! Le doy la bienvenida.",
            "user_status": {"current_question": 1, "language": "es", "has_context": True, "completed": False},
            "response_time_ms": 23,
        },
    },
    "manychat": {
        "summary": "The reply as a dynamic block of Manychat",
        "value": {
            "version": "v2",
            "content": {
                "type": "whatsapp",
                "messages": [{"type": "text", "text": "¡Hola! Le doy la bienvenida."}],
                "actions": [],
                "quick_replies": [],
            },
        },
    },
}
CONTACT_EXAMPLE = ContactCard(
    phone="+573001234567",
    first_name="Camille",
    last_name="Durand",
    company="Vinos del Valle SAS",
    role="Directrice générale",
    sector="Vinos y licores",
    city="Bogotá",
    email="camille.durand@example.org",
    membership="Oro",
    extra={"NIT": "900123456"},
).told()
# A message without text needs an attachment; JSON Schema can say so, marshmallow's translation of the class cannot.
SOMETHING_SAID = {
    "anyOf": [
        {"required": ["message"], "properties": {"message": {"type": ["string", "number"], "pattern": NOT_BLANK}}},
        {
            "required": ["media"],
            "properties": {
                "media": {
                    "type": "object",
                    "required": ["type"],
                    "properties": {"type": {"type": "string", "minLength": 1}},
                }
            },
        },
    ]
}
_TEXT: dict[str, Any] = {"type": ["string", "number", "null"]}


class ReplyFormat(StrEnum):
    """The forms in which a reply can be asked for."""

    JSON = "json"
    MANYCHAT = "manychat"


# The channel that answers in each.
CHANNELS = {ReplyFormat.JSON: Api.kind, ReplyFormat.MANYCHAT: Manychat.kind}


class MediaKind(StrEnum):
    """What a message carries beside, or instead of, its text: kinds of parts."""

    AUDIO = "audio"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"


_ATTACHED = [
    {
        "type": "object",
        "properties": {
            "type": {"enum": [*MediaKind, "", None]},
            "url": {**_TEXT, "maxLength": 2048},
            "name": {**_TEXT, "maxLength": 255},
            "city": {**_TEXT, "maxLength": 120},
        },
        "example": {"type": "image", "url": "https://example.org/photo.jpg"},
    },
    {"type": "null"},
    {"enum": ["", []]},
]


class MediaKindField(ma.fields.Field[MediaKind]):
    """What kind of attachment it is; may be left open."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> MediaKind:  # noqa: ARG002
        if value not in list(MediaKind):
            raise ma.ValidationError(f"Must be one of: {', '.join(MediaKind)}.")
        return MediaKind(value)


class MediaPayload(FlowSchema):
    """An attachment, as far as the channel tells of it; where it does not tell the kind, the address does."""

    type = MediaKindField()
    url = CleanText(max_length=2048)
    name = CleanText(max_length=255)
    city = CleanText(max_length=120)

    @ma.post_load
    def _tell_the_kind(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        guessed = (mimetypes.guess_type(data.get("url") or data.get("name") or "")[0] or "").split("/")[0]
        kind = MediaKind(guessed) if guessed in {"image", "audio", "video"} else MediaKind.DOCUMENT
        return {"type": kind, **data}


class Attachment(ma.fields.Field[dict[str, Any]]):
    """An attachment, or what flows send where there is none."""

    _payload = MediaPayload()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        loaded: dict[str, Any] = self._payload.load(value)
        return loaded


class SubscriberId(ma.fields.Field[int | str]):
    """A contact's id as flow authors send it, with or without quotes; kept as it came, made safe to store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | str:
        given: Any = super()._deserialize(value, attr, data, **kwargs)
        if isinstance(given, float) and given.is_integer():
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int | str) or len(str(given)) > SUBSCRIBER_LENGTH:
            raise ma.ValidationError(f"Must be a number or a string of at most {SUBSCRIBER_LENGTH} characters.")
        return clean(given) if isinstance(given, str) else given


class MessagePayload(FlowSchema):
    """A person's message. Flow authors compose the body freely: fields that we do not know are ignored.

    An optional field that is null, empty or never filled in counts as not given.
    """

    said = ("message",)

    user_id = UserIdOrNumber(required=True)
    message = CleanText(
        max_length=MESSAGE_LENGTH,
        load_default="",
        metadata={
            **_TEXT,
            "description": "What the person wrote; may be empty beside an attachment",
            "example": "Bonjour",
        },
    )
    message_id = CleanText(
        max_length=255,
        metadata={
            **_TEXT,
            "description": "The channel's id of the message, another for each: a repeat gets the same reply, another"
            " text under an id that was used is refused (409)",
            "example": "wamid.HBgM",
        },
    )
    subscriber_id = SubscriberId(
        metadata={
            "description": "Manychat's id of the contact, to which a late answer can be sent",
            "type": ["string", "integer", "null"],
            "maxLength": SUBSCRIBER_LENGTH,
            "example": "1234567890",
        }
    )
    assistant = CleanText(
        max_length=64,
        metadata={"type": ["string", "null"], "description": "The assistant to talk to", "example": "members"},
    )
    media = Attachment(metadata={"description": "An attachment of the message", "anyOf": _ATTACHED})

    @ma.validates_schema
    def _check_content(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("message") and not data.get("media"):
            raise ma.ValidationError("Write something: the message is empty.", "message")


class MessageQuery(FlowSchema):
    """How the reply is to be written. As in the body, what we do not know is ignored."""

    format = ma.fields.Enum(
        ReplyFormat,
        by_value=True,
        metadata={"description": "`manychat` for a dynamic block (version 2)", "example": "json"},
    )


class MessageHeaders(FlowSchema):
    """Headers that change how a message is taken."""

    idempotency_key = CleanText(
        data_key="Idempotency-Key",
        max_length=255,
        metadata={
            "description": "Same as `message_id`, for callers who set headers; a new one for each message",
            "examples": ["5c9f1f0e-7d0b-4a58-9a53-0d2f6a1f7c11"],
        },
    )


class UserStatus(ma.Schema):
    """Where the person stands after the reply. `current_question` is null once all are answered."""

    current_question = ma.fields.Integer(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    has_context = ma.fields.Boolean(required=True)
    completed = ma.fields.Boolean(required=True)


class MessageResponse(ma.Schema):
    """The reply."""

    response = ma.fields.String(
        required=True,
        metadata={"description": "The reply; empty where a later message of the person got it, or a human answers"},
    )
    user_status = ma.fields.Nested(UserStatus, required=True)
    response_time_ms = ma.fields.Integer(required=True)
    parts = ma.fields.List(
        ma.fields.Dict(),
        metadata={"description": "The reply's parts, where one of them is more than a text: buttons, an image ..."},
    )


class ManychatMessage(ma.Schema):
    """A piece of the reply, as long as WhatsApp takes it."""

    type = ma.fields.String(required=True, validate=ma.validate.Equal("text"))
    text = ma.fields.String(required=True)
    buttons = ma.fields.List(ma.fields.Dict(), metadata={"description": "Buttons that open an address"})


class ManychatContent(ma.Schema):
    """What Manychat shows."""

    type = ma.fields.String(required=True, validate=ma.validate.Equal("whatsapp"))
    messages = ma.fields.List(ma.fields.Nested(ManychatMessage), required=True)
    actions = ma.fields.List(ma.fields.Dict(), required=True)
    quick_replies = ma.fields.List(ma.fields.Dict(), required=True)


class ManychatResponse(ma.Schema):
    """The reply as a dynamic block of Manychat."""

    version = ma.fields.String(required=True, validate=ma.validate.Equal("v2"))
    content = ma.fields.Nested(ManychatContent, required=True)


class ContactResponse(ma.Schema):
    """A person of the contact book; empty for a stranger."""

    phone = ma.fields.String()
    first_name = ma.fields.String(allow_none=True)
    last_name = ma.fields.String(allow_none=True)
    company = ma.fields.String(allow_none=True)
    role = ma.fields.String(allow_none=True)
    sector = ma.fields.String(allow_none=True)
    city = ma.fields.String(allow_none=True)
    email = ma.fields.String(allow_none=True)
    membership = ma.fields.String(allow_none=True)
    description = ma.fields.String(allow_none=True)
    celular = ma.fields.String()
    nombre = ma.fields.String(allow_none=True)
    apellido = ma.fields.String(allow_none=True)
    empresa = ma.fields.String(allow_none=True)
    cargo = ma.fields.String(allow_none=True)
    ciudad = ma.fields.String(allow_none=True)
    correo = ma.fields.String(allow_none=True)
    membresia = ma.fields.String(allow_none=True)
    descripcion = ma.fields.String(allow_none=True)
    extra = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())
