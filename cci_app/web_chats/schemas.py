"""HTTP shapes of chats on the web, for admins and for the pages that show them."""

import marshmallow as ma

from cci_app.core.http.fields import CleanText, TrueOrFalse
from cci_app.web_chats.models import ORIGIN_LENGTH
from cci_app.web_chats.register import MOST_ORIGINS
from cci_app.web_chats.visitors import LONGEST_MESSAGE


class WebChatPayload(ma.Schema):
    """From which pages an assistant may be written to, and whether by a link."""

    origins = ma.fields.List(
        CleanText(max_length=ORIGIN_LENGTH, min_length=1),
        load_default=list,
        validate=ma.validate.Length(max=MOST_ORIGINS),
        metadata={"description": "Where the pages are, without a path", "example": ["https://www.example.org"]},
    )
    has_link = TrueOrFalse(load_default=False, metadata={"description": "Whether it has a page of its own"})


class WebChatResponse(ma.Schema):
    """An assistant that may be written to from the web: what to put into a page, and the link."""

    assistant = ma.fields.String(required=True)
    token = ma.fields.String(required=True)
    origins = ma.fields.List(ma.fields.String(), required=True)
    has_link = ma.fields.Boolean(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    snippet = ma.fields.String(required=True)
    link = ma.fields.String(required=True, allow_none=True)


class WebChatsResponse(ma.Schema):
    """Those of an organisation."""

    web_chats = ma.fields.List(ma.fields.Nested(WebChatResponse), required=True)


class RemovedWebChatResponse(ma.Schema):
    """One that is no more."""

    assistant = ma.fields.String(required=True)
    removed = ma.fields.Boolean(required=True)


class AboutChatResponse(ma.Schema):
    """What a page shows before anything is said."""

    title = ma.fields.String(required=True)
    languages = ma.fields.List(ma.fields.String(), required=True)
    greeting = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


class VisitResponse(ma.Schema):
    """The token of a visitor, which their browser keeps."""

    visitor = ma.fields.String(required=True)


class VisitorMessagePayload(ma.Schema):
    """What a visitor writes; a repeat under the same id is the same message."""

    text = CleanText(required=True, min_length=1, max_length=LONGEST_MESSAGE, metadata={"example": "Bonjour"})
    message_id = CleanText(
        required=True, min_length=8, max_length=64, metadata={"example": "3f0a9c52-8d4e-4c11-9e57-0b6a2d7f8e10"}
    )


class ThreadQuery(ma.Schema):
    """What the page has already."""

    seen = CleanText(
        max_length=64, metadata={"description": "The `tag` of what it has", "example": "0f8fad5bd9cb469fa165"}
    )


class LinkInThread(ma.Schema):
    """A link below a text."""

    url = ma.fields.String(required=True)
    label = ma.fields.String(required=True)


class FileInThread(ma.Schema):
    """A file of a message; without an address it is had from `files/{message}`."""

    kind = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    url = ma.fields.String(required=True, allow_none=True)


class EntryOfThread(ma.Schema):
    """What one of them said."""

    id = ma.fields.String(required=True)
    by = ma.fields.String(required=True, validate=ma.validate.OneOf(("visitor", "assistant", "human")))
    at = ma.fields.AwareDateTime(required=True)
    text = ma.fields.String(required=True)
    files = ma.fields.List(ma.fields.Nested(FileInThread), required=True)
    link = ma.fields.Nested(LinkInThread, required=True, allow_none=True)
    choices = ma.fields.List(ma.fields.String(), required=True)


class ThreadResponse(ma.Schema):
    """What was said, the oldest first; `messages` is null where the page has all of it."""

    tag = ma.fields.String(required=True)
    waiting = ma.fields.Boolean(required=True)
    messages = ma.fields.List(ma.fields.Nested(EntryOfThread), required=True, allow_none=True)
