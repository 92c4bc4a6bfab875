"""HTTP shapes of trials, and of the links to them."""

import marshmallow as ma

from cci_app.conversation.schemas import CallOfModel, RouteOfMessage, SourceOfAnswer
from cci_app.core.http.fields import HIGHEST_ID, CleanText, UserId, WholeNumber
from cci_app.trials.links import LONGEST_DAYS
from cci_app.trials.models import NOTE_LENGTH
from cci_app.trials.talking import LONGEST_MESSAGE

_HIGHEST_VERSION = 10**9 - 1


class OfferPayload(ma.Schema):
    """What is to be tried: an assistant, the default one where none is named, by which version, and as whom."""

    assistant = CleanText(max_length=64, min_length=1, metadata={"example": "cci"})
    version = WholeNumber(
        validate=ma.validate.Range(1, _HIGHEST_VERSION),
        metadata={"description": "That of the assistant; the one that serves where none is named", "example": 1},
    )
    known_as = UserId(metadata={"description": "A contact of the book, for whom the assistant takes whoever tries it"})


class LinkPayload(OfferPayload):
    """A link to be made."""

    days = WholeNumber(
        required=True,
        validate=ma.validate.Range(1, LONGEST_DAYS),
        metadata={"description": "For how many days it is good", "example": 7},
    )
    note = CleanText(
        max_length=NOTE_LENGTH, load_default="", metadata={"description": "Whom it is for", "example": "Ana, board"}
    )


class LinkResponse(ma.Schema):
    """A link that is still good."""

    id = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True, allow_none=True)
    known_as = ma.fields.String(required=True, attribute="user_id")
    note = ma.fields.String(required=True)
    made_by = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True)


class LinksResponse(ma.Schema):
    """The links that are still good, the newest first."""

    links = ma.fields.List(ma.fields.Nested(LinkResponse), required=True)


class NewLinkResponse(LinkResponse):
    """A link just made: `link` is the page's address, told this once; its last part is the token."""

    link = ma.fields.String(required=True)


class RevokedLinkResponse(ma.Schema):
    """A link that is over."""

    id = ma.fields.Integer(required=True)
    revoked = ma.fields.Boolean(required=True)


class BegunTrial(ma.Schema):
    """A trial to which one may write. Nothing is kept before the first message."""

    assistant = ma.fields.String(required=True)
    trial_id = ma.fields.String(required=True)


class TrialMessagePayload(ma.Schema):
    """What is written."""

    text = CleanText(
        required=True, min_length=1, max_length=LONGEST_MESSAGE, metadata={"example": "Bonjour, qui êtes-vous ?"}
    )


class MadeOfMessage(ma.Schema):
    """What was made of a message."""

    agent_response = ma.fields.String(required=True)
    failed = ma.fields.Boolean(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    agent = ma.fields.String(required=True, allow_none=True)
    intent = ma.fields.String(required=True, allow_none=True)
    current_question = ma.fields.Integer(required=True, allow_none=True)
    response_time_ms = ma.fields.Integer(required=True, allow_none=True)
    route = ma.fields.Nested(RouteOfMessage, required=True, allow_none=True)
    sources = ma.fields.List(ma.fields.Nested(SourceOfAnswer), required=True)
    stages_ms = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Float(), required=True)
    model_calls = ma.fields.List(ma.fields.Nested(CallOfModel), required=True)


class TrialMessage(MadeOfMessage):
    """A message and what was made of it; `waiting`: it is still being answered, and `parts` are null."""

    id = ma.fields.Integer(required=True)
    at = ma.fields.AwareDateTime(required=True)
    user_message = ma.fields.String(required=True)
    parts = ma.fields.List(ma.fields.Dict(), required=True, allow_none=True)
    waiting = ma.fields.Boolean(required=True)
    held = ma.fields.Boolean(required=True)
    late = ma.fields.Boolean(required=True)


class AgainPayload(ma.Schema):
    """A message of a conversation."""

    conversation_id = ma.fields.UUID(required=True, metadata={"example": "0f8fad5b-d9cb-469f-a165-70867728950e"})
    message_id = WholeNumber(required=True, validate=ma.validate.Range(1, HIGHEST_ID - 1), metadata={"example": 4711})


class AgainResponse(ma.Schema):
    """What was answered to a message, and what would be today.

    `same_place`: the messages before it lead today to the question that was open then.
    """

    user_message = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)
    same_place = ma.fields.Boolean(required=True)
    old = ma.fields.Nested(MadeOfMessage, required=True)
    new = ma.fields.Nested(MadeOfMessage, required=True)


class ReadTrial(BegunTrial):
    """A trial as it stands; `questions` is how many its assistant asks."""

    title = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    known_as = ma.fields.String(required=True, allow_none=True)
    contact_name = ma.fields.String(required=True, allow_none=True)
    company = ma.fields.String(required=True, allow_none=True)
    questions = ma.fields.Integer(required=True)
    exists = ma.fields.Boolean(required=True)
    current_question = ma.fields.Integer(required=True, allow_none=True)
    questions_answered = ma.fields.Integer(required=True)
    completed = ma.fields.Boolean(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    messages = ma.fields.List(ma.fields.Nested(TrialMessage), required=True)


class ListedTrial(BegunTrial):
    """A trial of a list; `made_by` is who began it, as `m7`, `k3` or `l12` (a member, a key, whoever has a link)."""

    known_as = ma.fields.String(required=True, allow_none=True)
    made_by = ma.fields.String(required=True)
    messages = ma.fields.Integer(required=True)
    last_message_at = ma.fields.AwareDateTime(required=True)


class TrialsResponse(ma.Schema):
    """The newest trials."""

    trials = ma.fields.List(ma.fields.Nested(ListedTrial), required=True)
