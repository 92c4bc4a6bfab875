"""HTTP shapes of chatbots."""

import marshmallow as ma

from cci_app.conversation.schemas import CallOfModel, CallOfTool, SourceOfAnswer
from cci_app.core.http.fields import CleanText, WholeNumber

_NAME = ma.fields.String(
    required=True,
    validate=[ma.validate.Length(1, 64), ma.validate.Regexp(r"^[a-z][a-z0-9_-]{0,63}\Z")],
    metadata={
        "description": "What callers name it by, in `assistant`",
        "example": "bakery",
        "pattern": "^[a-z][a-z0-9_-]{0,63}$",
    },
)


class ChatbotFields(ma.Schema):
    """What a chatbot is (docs/tools.md); what is left out is as common chatbots have it."""

    title = CleanText(required=True, min_length=1, max_length=200, metadata={"example": "La Boulangerie"})
    persona = CleanText(required=True, min_length=1, max_length=8_000, metadata={"example": "You are Lucía, ..."})
    languages = ma.fields.List(ma.fields.String(), required=True, metadata={"example": ["es", "fr"]})
    default_language = ma.fields.String(metadata={"example": "es"})
    model = ma.fields.List(
        ma.fields.String(),
        validate=ma.validate.Length(1),
        metadata={"description": "Names of models, tried in this order"},
    )
    temperature = ma.fields.Float(validate=ma.validate.Range(0, 2))
    tools = ma.fields.Dict(
        keys=ma.fields.String(),
        metadata={"description": "Tools of ours by name, with their options", "example": {"rag_search": None}},
    )
    own_tools = ma.fields.List(ma.fields.String(), metadata={"example": ["order-status"]})
    servers = ma.fields.List(ma.fields.String(), metadata={"example": ["shop"]})
    documents = ma.fields.List(
        ma.fields.Dict(keys=ma.fields.String()),
        metadata={"description": "Texts that it answers from: `title`, `text`, `language` each"},
    )
    limits = ma.fields.Dict(keys=ma.fields.String(), metadata={"example": {"history_tokens": 2000}})
    silence = ma.fields.String(metadata={"example": "12 hours"})
    texts = ma.fields.Dict(
        keys=ma.fields.String(), metadata={"example": {"greeting": {"es": "¡Hola!", "fr": "Bonjour !"}}}
    )


class NewChatbotPayload(ChatbotFields):
    """A chatbot to be made."""

    name = _NAME


class ChatbotResponse(ma.Schema):
    """A chatbot: its draft, and the version that answers; null where none does."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    draft = ma.fields.Dict(required=True)
    published = ma.fields.Integer(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class ChatbotVersionResponse(ma.Schema):
    """A version as it was published; `serving`: it is the one that answers."""

    version = ma.fields.Integer(required=True)
    serving = ma.fields.Boolean(required=True)
    content = ma.fields.Dict(required=True)
    created_at = ma.fields.AwareDateTime(required=True)


class PublishPayload(ma.Schema):
    """Which version is to answer: the draft as a new one, or an earlier one again."""

    version = WholeNumber(
        load_default=None, allow_none=True, validate=ma.validate.Range(1, 2**31 - 1), metadata={"example": 1}
    )


class PublishedResponse(ma.Schema):
    """What answers from now on; `documents` are those of its texts, which a worker reads."""

    name = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    documents = ma.fields.List(ma.fields.Integer(), required=True)


class ChatbotTrialPayload(PublishPayload):
    """A message to try a chatbot with; `state` is that of the last answer of the trial."""

    message = CleanText(required=True, min_length=1, max_length=4_096, metadata={"example": "¿A qué hora abren?"})
    state = ma.fields.Dict(keys=ma.fields.String(), load_default=dict)


class ChatbotTrialResponse(ma.Schema):
    """What a chatbot answers, with the calls of models and tools that it took; nothing of it is on record."""

    reply = ma.fields.String(required=True)
    parts = ma.fields.List(ma.fields.Dict(), required=True)
    language = ma.fields.String(required=True)
    state = ma.fields.Dict(required=True)
    handed_over = ma.fields.Boolean(required=True)
    sources = ma.fields.List(ma.fields.Nested(SourceOfAnswer), required=True)
    model_calls = ma.fields.List(ma.fields.Nested(CallOfModel), required=True)
    tool_calls = ma.fields.List(ma.fields.Nested(CallOfTool), required=True)


class RemovedChatbotResponse(ma.Schema):
    """A chatbot that is no longer there."""

    id = ma.fields.UUID(required=True)
    removed = ma.fields.Boolean(required=True)


class ChatbotTemplateResponse(ma.Schema):
    """What a chatbot can be begun with; `needs_model`: it needs a model of a provider."""

    name = ma.fields.String(required=True)
    title = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    about = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    needs_model = ma.fields.Boolean(required=True)


class BeginChatbotPayload(ma.Schema):
    """A chatbot to be made from a template."""

    name = _NAME
    title = CleanText(required=True, min_length=1, max_length=200, metadata={"example": "La Boulangerie"})
    languages = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(["es", "fr", "en"])),
        required=True,
        validate=ma.validate.Length(1, 3),
        metadata={"example": ["es", "fr"]},
    )


class ComparePayload(ma.Schema):
    """Which versions; null is the draft."""

    one = WholeNumber(required=True, allow_none=True, validate=ma.validate.Range(1, 2**31 - 1), metadata={"example": 1})
    other = WholeNumber(
        load_default=None, allow_none=True, validate=ma.validate.Range(1, 2**31 - 1), metadata={"example": 2}
    )


class _ComparedReply(ma.Schema):
    reply = ma.fields.String(required=True)
    handed_over = ma.fields.Boolean(required=True)
    tools = ma.fields.List(ma.fields.String(), required=True)
    tokens = ma.fields.Integer(required=True)


class _ComparedMessage(ma.Schema):
    message = ma.fields.String(required=True)
    one = ma.fields.Nested(_ComparedReply, required=True)
    other = ma.fields.Nested(_ComparedReply, required=True)


class ComparedResponse(ma.Schema):
    """`differences` are the lines that differ; `messages` what both answer to the last that people wrote."""

    differences = ma.fields.List(ma.fields.String(), required=True)
    messages = ma.fields.List(ma.fields.Nested(_ComparedMessage), required=True)
