"""HTTP shapes of the message endpoint."""

from typing import Any

import marshmallow as ma

from cci_app.agents.ports import MediaKind
from cci_app.channels.reply import ReplyFormat
from cci_app.core.http.fields import NOT_BLANK, CleanText, UserId
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
CONTACT_EXAMPLE = {
    "phone": "+573001234567",
    "first_name": "Camille",
    "last_name": "Durand",
    "company": "Vinos del Valle SAS",
    "role": "Directrice générale",
    "sector": "Vinos y licores",
    "city": "Bogotá",
    "email": "camille.durand@example.org",
    "membership": "Oro",
    "description": None,
}
# A message without text needs an attachment; JSON Schema can say so, marshmallow's translation of the class cannot.
SOMETHING_SAID = {
    "anyOf": [
        {"required": ["message"], "properties": {"message": {"type": "string", "pattern": NOT_BLANK}}},
        {"required": ["media"]},
    ]
}


class MediaPayload(ma.Schema):
    """An attachment, as far as the channel tells of it."""

    class Meta:
        unknown = ma.EXCLUDE

    type = ma.fields.Enum(MediaKind, by_value=True, required=True, metadata={"example": "image"})
    url = CleanText(max_length=2048, metadata={"example": "https://example.com/photo.jpg"})
    name = CleanText(max_length=255, metadata={"example": "photo.jpg"})
    city = CleanText(max_length=120, metadata={"example": "Cali"})


class SubscriberId(ma.fields.Field[int | str]):
    """A contact's id as flow authors send it, with or without quotes; kept as it came, made safe to store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | str:
        given = super()._deserialize(value, attr, data, **kwargs)
        if isinstance(given, bool) or not isinstance(given, int | str) or len(str(given)) > SUBSCRIBER_LENGTH:
            raise ma.ValidationError(f"Must be a number or a string of at most {SUBSCRIBER_LENGTH} characters.")
        return clean(given) if isinstance(given, str) else given


class MessagePayload(ma.Schema):
    """A person's message. Flow authors compose the body freely: fields that we do not know are ignored."""

    class Meta:
        unknown = ma.EXCLUDE

    user_id = UserId(required=True)
    message = CleanText(
        max_length=MESSAGE_LENGTH,
        load_default="",
        metadata={"description": "What the person wrote; may be empty beside an attachment", "example": "Bonjour"},
    )
    message_id = CleanText(
        min_length=1,
        max_length=255,
        metadata={
            "description": "The channel's id of the message: a repeat gets the same reply",
            "example": "wamid.HBgM",
        },
    )
    subscriber_id = SubscriberId(
        metadata={
            "description": "Manychat's id of the contact, to which a late answer can be sent",
            "type": ["string", "integer"],
            "maxLength": SUBSCRIBER_LENGTH,
            "example": "1234567890",
        }
    )
    assistant = CleanText(
        min_length=1, max_length=64, metadata={"description": "The assistant to talk to", "example": "cci"}
    )
    media = ma.fields.Nested(MediaPayload, metadata={"description": "An attachment of the message"})

    @ma.validates_schema
    def _check_content(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("message") and not data.get("media"):
            raise ma.ValidationError("Write something: the message is empty.", "message")


class MessageQuery(ma.Schema):
    """How the reply is to be written. As in the body, what we do not know is ignored."""

    class Meta:
        unknown = ma.EXCLUDE

    format = ma.fields.Enum(
        ReplyFormat,
        by_value=True,
        metadata={"description": "`manychat` for a dynamic block (version 2)", "example": "json"},
    )


class MessageHeaders(ma.Schema):
    """Headers that change how a message is taken."""

    class Meta:
        unknown = ma.EXCLUDE

    idempotency_key = CleanText(
        data_key="Idempotency-Key",
        min_length=1,
        max_length=255,
        metadata={"description": "Same as `message_id`, for callers who set headers", "examples": ["flow-17-step-3"]},
    )


class UserStatus(ma.Schema):
    """Where the person stands after the reply. `current_question` is null once all are answered."""

    current_question = ma.fields.Integer(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    has_context = ma.fields.Boolean(required=True)
    completed = ma.fields.Boolean(required=True)


class MessageResponse(ma.Schema):
    """The reply."""

    response = ma.fields.String(required=True)
    user_status = ma.fields.Nested(UserStatus, required=True)
    response_time_ms = ma.fields.Integer(required=True)


class ManychatMessage(ma.Schema):
    """A piece of the reply, as long as WhatsApp takes it."""

    type = ma.fields.String(required=True, validate=ma.validate.Equal("text"))
    text = ma.fields.String(required=True)


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
