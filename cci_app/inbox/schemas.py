"""HTTP shapes of people who wait for a human, and of those who answer them."""

import marshmallow as ma

from cci_app.core.http.fields import HIGHEST_ID, AssistantFilter, CleanText, PageSize, TrueOrFalse, UserIdOrNumber
from cci_app.handoff.models import HandoffState
from cci_app.inbox.finding import ITEM_KINDS, View
from cci_app.inbox.holding import LONGEST_LABEL, MOST_LABELS

LONGEST_TEXT = 4096
_TRUTH = {"truthy": {"true", "True", "TRUE"}, "falsy": {"false", "False", "FALSE"}}


class HandoffFilters(ma.Schema):
    """Which requests."""

    view = ma.fields.Enum(
        View, by_value=True, load_default=View.ALL, metadata={"description": "Whose", "example": "unassigned"}
    )
    label = CleanText(max_length=LONGEST_LABEL, metadata={"example": "urgent"})
    assistant = AssistantFilter()
    unread = ma.fields.Boolean(
        truthy=_TRUTH["truthy"],
        falsy=_TRUTH["falsy"],
        metadata={"description": "Whether the person said something that nobody looked at", "example": True},
    )


class HandoffsQuery(HandoffFilters, PageSize):
    """Which requests, and which page of them."""

    before = ma.fields.String(
        validate=ma.validate.Length(1, 200),
        metadata={"description": "`next` of the page before", "example": "MjAyNi0wMS0xNVQxNzowNDoxMiswMDowMCA0Mg"},
    )


class HandoffHead(ma.Schema):
    """A request for a human. `waiting`: the last words are the person's; `unread`: nobody looked since."""

    id = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    user_id = ma.fields.String(required=True)
    contact_name = ma.fields.String(required=True, allow_none=True)
    company = ma.fields.String(required=True, allow_none=True)
    reason = ma.fields.String(required=True)
    summary = ma.fields.String(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*HandoffState]))
    holder = ma.fields.String(required=True, allow_none=True)
    holder_name = ma.fields.String(required=True, allow_none=True)
    labels = ma.fields.List(ma.fields.String(), required=True)
    message = ma.fields.String(required=True, allow_none=True)
    unread = ma.fields.Boolean(required=True)
    waiting = ma.fields.Boolean(required=True)
    rating = ma.fields.Integer(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    taken_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    first_reply_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    person_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    human_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    escalated_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    resolved_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class HandoffsResponse(ma.Schema):
    """Requests, the one that moved last first; `next` is null on the last page."""

    handoffs = ma.fields.List(ma.fields.Nested(HandoffHead), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class HandoffFile(ma.Schema):
    """A file that was sent, in either direction; `error` says why there is none to open."""

    id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    media_type = ma.fields.String(required=True)
    size = ma.fields.Integer(required=True, allow_none=True)
    error = ma.fields.String(required=True, allow_none=True)


class HandoffItem(ma.Schema):
    """Something that was said or done. `delivery` is how far a human's words came, `via` how they leave."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(ITEM_KINDS))
    text = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)
    author = ma.fields.String(required=True, allow_none=True)
    author_name = ma.fields.String(required=True, allow_none=True)
    delivery = ma.fields.String(required=True, allow_none=True)
    via = ma.fields.String(required=True, allow_none=True)
    error = ma.fields.String(required=True, allow_none=True)
    files = ma.fields.List(ma.fields.Nested(HandoffFile), required=True)


class ComposerState(ma.Schema):
    """Whether the person can be written to. Without `pushes`, what is said opens their next reply.

    After `closes_at` the channel takes nothing but the template, whose text is in `template` where one is set.
    """

    open = ma.fields.Boolean(required=True)
    pushes = ma.fields.Boolean(required=True)
    closes_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    template = ma.fields.String(required=True, allow_none=True)


class HandoffResponse(HandoffHead):
    """A request with what was said and done, the oldest first."""

    items = ma.fields.List(ma.fields.Nested(HandoffItem), required=True)
    composer = ma.fields.Nested(ComposerState, required=True)


class BeginPayload(ma.Schema):
    """A person to answer who asked for nobody."""

    user_id = UserIdOrNumber(required=True)
    assistant = CleanText(min_length=1, max_length=64, metadata={"example": "cci"})


class ReplyPayload(ma.Schema):
    """Words to the person: a text, or the desk's template. The same `key` says it once."""

    text = CleanText(max_length=LONGEST_TEXT, load_default="", metadata={"example": "Bonjour, je m'en occupe."})
    template = TrueOrFalse(load_default=False, metadata={"example": False})
    key = CleanText(min_length=1, max_length=200, metadata={"example": "reply-1"})


class FileReplyForm(ma.Schema):
    """What may stand beside the file in a form."""

    text = CleanText(max_length=LONGEST_TEXT, load_default="")
    key = CleanText(min_length=1, max_length=200)


class NotePayload(ma.Schema):
    """Words among colleagues."""

    text = CleanText(min_length=1, max_length=LONGEST_TEXT, required=True, metadata={"example": "Called back at noon."})


class AssignPayload(ma.Schema):
    """A colleague by their id, or null for nobody."""

    member_id = ma.fields.Integer(
        required=True, allow_none=True, validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7}
    )


class LabelsPayload(ma.Schema):
    """All labels of the request."""

    labels = ma.fields.List(
        CleanText(min_length=1, max_length=LONGEST_LABEL),
        required=True,
        validate=ma.validate.Length(0, MOST_LABELS),
        metadata={"example": ["urgent"]},
    )


class DraftResponse(ma.Schema):
    """What the assistant would say; nothing was sent."""

    text = ma.fields.String(required=True)


class FiguresResponse(ma.Schema):
    """How many requests there are; of the last 30 days the middle times in seconds, and the mean rating (1 to 5)."""

    unassigned = ma.fields.Integer(required=True)
    mine = ma.fields.Integer(required=True)
    all = ma.fields.Integer(required=True)
    resolved = ma.fields.Integer(required=True)
    unread = ma.fields.Integer(required=True)
    first_reply_seconds = ma.fields.Float(required=True, allow_none=True)
    resolution_seconds = ma.fields.Float(required=True, allow_none=True)
    rating = ma.fields.Float(required=True, allow_none=True)
    ratings = ma.fields.Integer(required=True)


class ReadyAnswerPayload(ma.Schema):
    """A text that colleagues say often."""

    title = CleanText(min_length=1, max_length=100, required=True, metadata={"example": "Merci"})
    text = CleanText(min_length=1, max_length=LONGEST_TEXT, required=True, metadata={"example": "Merci beaucoup !"})


class ReadyAnswer(ReadyAnswerPayload):
    """The same with its id."""

    id = ma.fields.Integer(required=True, metadata={"example": 3})


class ReadyAnswersResponse(ma.Schema):
    """The texts that colleagues say often."""

    replies = ma.fields.List(ma.fields.Nested(ReadyAnswer), required=True)


class RemovedAnswerResponse(ma.Schema):
    """A text that is gone."""

    id = ma.fields.Integer(required=True)
    removed = ma.fields.Boolean(required=True)


class DeskPayload(ma.Schema):
    """How people answer; what is left out stays."""

    hours = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.Dict()),
        metadata={
            "description": "By day of the week; none at all for always",
            "example": {"monday": [{"since": "08:00", "until": "18:00"}]},
        },
    )
    holidays = ma.fields.List(ma.fields.String(), metadata={"example": ["2026-12-25"]})
    notify = ma.fields.List(ma.fields.Dict(), metadata={"example": [{"via": "email", "to": "accueil@example.org"}]})
    escalate_minutes = ma.fields.Integer(strict=True, metadata={"example": 15})
    resume_minutes = ma.fields.Integer(strict=True, metadata={"example": 720})
    ask_rating = TrueOrFalse(metadata={"example": True})
    drafts = TrueOrFalse(metadata={"example": False})
    template = ma.fields.Dict(
        allow_none=True, metadata={"example": {"name": "reopen", "language": "fr", "text": "Bonjour, …"}}
    )


class DeskResponse(DeskPayload):
    """How people answer. `open`: somebody is there now; `opens_at`: when somebody is next."""

    open = ma.fields.Boolean(required=True)
    opens_at = ma.fields.AwareDateTime(required=True, allow_none=True)
