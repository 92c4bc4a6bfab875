"""HTTP shapes of what people think."""

from typing import Any, Final

import marshmallow as ma

from cci_app.core.http.fields import AssistantFilter, CleanText, PageQuery, UserIdOrNumber
from cci_app.feedback.models import COMMENT_LENGTH, FeedbackKind, FeedbackSource

_THUMBS: Final = ("up", "down")
_STARS: Final = (1, 2, 3, 4, 5)
EXAMPLE: dict[str, Any] = {"user_id": "+573001234567", "message_id": "wamid.HBgM", "value": "up"}
GIVEN: dict[str, Any] = {
    "id": 31,
    "user_id": "+573001234567",
    "assistant": "cci",
    "event_id": 4711,
    "thumb": "up",
    "stars": None,
    "comment": None,
    "version": 1,
    "given_at": "2026-01-15T17:04:12+00:00",
}
_COUNTED = {"up": 48, "down": 3, "share_up": 0.941, "given": 12, "stars": 4.5}
FIGURES: dict[str, Any] = {
    **_COUNTED,
    "asked": 20,
    "days": [{"day": "2026-01-15", "up": 9, "down": 1}],
    "versions": [{"assistant": "cci", "version": 1, **_COUNTED}],
    "by_stars": [{"stars": 5, "count": 8}, {"stars": 4, "count": 4}],
}
LISTED: dict[str, Any] = {
    "feedback": [
        {
            **GIVEN,
            "kind": "thumb",
            "source": "emoji",
            "user_message": "¿A qué hora abren?",
            "agent_response": "Abrimos a las 8.",
            "conversation_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "message_id": 4711,
            "handoff_id": None,
        }
    ],
    "next": None,
}


class ThumbOrStars(ma.fields.Field[str | int]):
    """`up` or `down` for an answer, or 1 to 5 for the conversation."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"type": ["string", "integer"], "enum": [*_THUMBS, *_STARS], "example": "up"}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | int:  # noqa: ARG002
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        known = (isinstance(value, str) and value in _THUMBS) or (type(value) is int and value in _STARS)
        if not known:
            raise ma.ValidationError("Must be up or down, for an answer, or 1 to 5, for the conversation.")
        kept: str | int = value
        return kept


class FeedbackPayload(ma.Schema):
    """What a person thinks. Without `message_id` it is about the last answer that they got."""

    user_id = UserIdOrNumber(required=True)
    assistant = CleanText(min_length=1, max_length=64, metadata={"example": "cci"})
    message_id = CleanText(
        min_length=1,
        max_length=512,
        metadata={"description": "The id that you sent the message with whose answer it is", "example": "wamid.HBgM"},
    )
    value = ThumbOrStars(required=True)
    comment = CleanText(min_length=1, max_length=COMMENT_LENGTH, metadata={"example": "Era lo que buscaba."})


class GivenResponse(ma.Schema):
    """What is kept; `event_id` is the turn that it is about, `version` that of the assistant that answered."""

    id = ma.fields.Integer(required=True)
    user_id = ma.fields.String(required=True)
    assistant = ma.fields.String(required=True)
    event_id = ma.fields.Integer(required=True, allow_none=True)
    thumb = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf(_THUMBS))
    stars = ma.fields.Integer(required=True, allow_none=True)
    comment = ma.fields.String(required=True, allow_none=True)
    version = ma.fields.Integer(required=True, allow_none=True)
    given_at = ma.fields.AwareDateTime(required=True)


class FeedbackListQuery(PageQuery):
    """Which."""

    assistant = AssistantFilter()
    thumb = ma.fields.String(validate=ma.validate.OneOf(_THUMBS), metadata={"example": "down"})


class FeedbackRow(GivenResponse):
    """What somebody thought, and what was said: null where that is kept no longer, or it was about a human's help."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf([*FeedbackKind]))
    source = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf([*FeedbackSource, None]))
    user_message = ma.fields.String(required=True, allow_none=True)
    agent_response = ma.fields.String(required=True, allow_none=True)
    conversation_id = ma.fields.UUID(required=True, allow_none=True)
    message_id = ma.fields.Integer(required=True, allow_none=True)
    handoff_id = ma.fields.Integer(required=True, allow_none=True)


class FeedbackListResponse(ma.Schema):
    """What people thought, the newest first; `next` is null on the last page."""

    feedback = ma.fields.List(ma.fields.Nested(FeedbackRow), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class FeedbackFiguresQuery(ma.Schema):
    """Of which assistant; of all without one."""

    assistant = AssistantFilter()


class FeedbackCounted(ma.Schema):
    """Thumbs, the share that is up (null without any), how many gave stars and their mean."""

    up = ma.fields.Integer(required=True)
    down = ma.fields.Integer(required=True)
    share_up = ma.fields.Float(required=True, allow_none=True)
    given = ma.fields.Integer(required=True)
    stars = ma.fields.Float(required=True, allow_none=True)


class FeedbackOfVersion(FeedbackCounted):
    """The same of one version of an assistant; null where that is not known."""

    assistant = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True, allow_none=True)


class FeedbackOfDay(ma.Schema):
    """The thumbs of a day of the organisation's."""

    day = ma.fields.Date(required=True)
    up = ma.fields.Integer(required=True)
    down = ma.fields.Integer(required=True)


class FeedbackOfStars(ma.Schema):
    """How many gave so many."""

    stars = ma.fields.Integer(required=True)
    count = ma.fields.Integer(required=True)


class FeedbackFigures(FeedbackCounted):
    """The last thirty days."""

    asked = ma.fields.Integer(required=True)
    days = ma.fields.List(ma.fields.Nested(FeedbackOfDay), required=True)
    versions = ma.fields.List(ma.fields.Nested(FeedbackOfVersion), required=True)
    by_stars = ma.fields.List(ma.fields.Nested(FeedbackOfStars), required=True)
