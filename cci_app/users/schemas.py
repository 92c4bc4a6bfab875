"""HTTP shapes of a person's status."""

import marshmallow as ma

from cci_app.conversation.models import TurnMode
from cci_app.core.http.fields import CleanText


class UserQuery(ma.Schema):
    """Which assistant the question is about."""

    assistant = CleanText(
        min_length=1,
        max_length=64,
        metadata={"description": "The assistant; else the default one", "example": "members"},
    )


class UserStatusResponse(ma.Schema):
    """Where a person stands. `exists` is false for somebody who never wrote."""

    user_id = ma.fields.String(required=True)
    exists = ma.fields.Boolean(required=True)
    current_question = ma.fields.Integer(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    has_context = ma.fields.Boolean(required=True)
    completed = ma.fields.Boolean(required=True)
    questions_answered = ma.fields.Integer(required=True)
    company = ma.fields.String(required=True, allow_none=True)
    last_interaction = ma.fields.AwareDateTime(required=True, allow_none=True)


class ResetResponse(UserStatusResponse):
    """The status after a reset. `reset` is false when there was nothing to reset."""

    reset = ma.fields.Boolean(required=True)


class ModePayload(ma.Schema):
    """Who is to answer a person."""

    mode = ma.fields.Enum(TurnMode, by_value=True, required=True, metadata={"example": "paused"})


class ModeResponse(ma.Schema):
    """Who answers a person: the assistant (`bot`), a human, or nobody (`paused`)."""

    user_id = ma.fields.String(required=True)
    assistant = ma.fields.String(required=True)
    mode = ma.fields.Enum(TurnMode, by_value=True, required=True)


STATUS_EXAMPLE = {
    "user_id": "+573001234567",
    "exists": True,
    "current_question": 2,
    "language": "fr",
    "has_context": True,
    "completed": False,
    "questions_answered": 1,
    "company": "Vinos del Valle SAS",
    "last_interaction": "2026-01-15T14:03:20.123456+00:00",
}
RESET_EXAMPLE = {**STATUS_EXAMPLE, "current_question": 1, "questions_answered": 0, "reset": True}
