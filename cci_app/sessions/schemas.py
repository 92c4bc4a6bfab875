"""HTTP shapes of sessions."""

import marshmallow as ma

from cci_app.core.http.fields import CleanText, UserIdOrNumber

MESSAGE_LENGTH = 4096


class TokenResponse(ma.Schema):
    """A token, to be sent as a bearer for so many seconds."""

    access_token = ma.fields.String(required=True)
    token_type = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True)


class SessionQuery(ma.Schema):
    """With which assistant."""

    assistant = CleanText(
        min_length=1,
        max_length=64,
        metadata={"description": "The assistant; else the default one", "example": "members"},
    )


class SaidPayload(ma.Schema):
    """What a person said."""

    message = CleanText(min_length=1, max_length=MESSAGE_LENGTH, required=True, metadata={"example": "Bonjour"})
    message_id = CleanText(min_length=1, max_length=255, metadata={"example": "m-1"})


class OrchestratePayload(SaidPayload):
    """The same, and who."""

    session_id = UserIdOrNumber(required=True)
    assistant = CleanText(min_length=1, max_length=64, metadata={"example": "members"})


class DrivenSessionResponse(ma.Schema):
    """Where a session stands; `active` until the assistant's time of silence is over, or it was ended."""

    session_id = ma.fields.String(required=True)
    assistant = ma.fields.String(required=True)
    active = ma.fields.Boolean(required=True)
    mode = ma.fields.String(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    last_interaction = ma.fields.AwareDateTime(required=True, allow_none=True)


class AnsweredSessionResponse(DrivenSessionResponse):
    """The same, and what was answered."""

    response = ma.fields.String(required=True)
