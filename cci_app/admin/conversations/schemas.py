"""HTTP shapes of conversations."""

from typing import Any

import marshmallow as ma

from cci_app.conversation.history.finding import MOST_COUNTED, PAGE_SIZE, Wanted
from cci_app.conversation.history.labels import MOST_LABELS
from cci_app.conversation.models import LABEL_LENGTH, OutboundReason, OutboundState, RunStatus, TurnMode, Via
from cci_app.conversation.schemas import CallOfModel, CallOfTool, RouteOfMessage, SourceOfAnswer
from cci_app.core.http.fields import HIGHEST_ID, AssistantFilter, CleanText, PageSize, UserId

TRUTH: dict[str, Any] = {"truthy": {"true", "True", "TRUE"}, "falsy": {"false", "False", "FALSE"}}
LONGEST_TEXT = 200


class ConversationFilters(ma.Schema):
    """Which conversations."""

    text = CleanText(
        max_length=LONGEST_TEXT,
        metadata={
            "description": "Words in what was said, in company or name; digits of the person's number",
            "example": "visa",
        },
    )
    state = ma.fields.Enum(RunStatus, by_value=True, metadata={"example": "completed"})
    language = ma.fields.String(
        validate=ma.validate.Regexp(r"\A[a-z]{2}\Z"), metadata={"example": "fr", "pattern": "^[a-z]{2}$"}
    )
    company = CleanText(max_length=255, metadata={"description": "Its whole name, in any case", "example": "Café Uno"})
    assistant = AssistantFilter()
    user_id = UserId(metadata={"description": "Only with that person", "example": "+573001234567"})
    start_date = ma.fields.Date(metadata={"description": "Those that began on or after", "example": "2026-01-01"})
    end_date = ma.fields.Date(metadata={"description": "Those that began on or before", "example": "2026-12-31"})
    question = ma.fields.Integer(
        validate=ma.validate.Range(1, 1000),
        metadata={"description": "Those that are open, or were left, at that question", "example": 3},
    )
    unanswered = ma.fields.Boolean(
        **TRUTH, metadata={"description": "Whether nothing was said to the last message", "example": False}
    )
    late = ma.fields.Boolean(
        **TRUTH, metadata={"description": "Whether an answer came after the channel's time", "example": False}
    )
    label = CleanText(
        max_length=LABEL_LENGTH, metadata={"description": "Those with that label", "example": "follow up"}
    )


class ConversationsQuery(ConversationFilters, PageSize):
    """Which conversations, and which page of them."""

    limit = ma.fields.Integer(
        load_default=PAGE_SIZE,
        validate=ma.validate.Range(1, 100),
        metadata={"description": "How many at most", "example": PAGE_SIZE},
    )
    before = ma.fields.String(
        validate=ma.validate.Length(1, 200),
        metadata={
            "description": "`next` of the page before",
            "example": "MjAyNi0wMS0xNVQxNzowNDoxMiswMDowMCAwZjhmYWQ1Yi1kOWNiLTQ2OWYtYTE2NS03MDg2NzcyODk1MGU",
        },
    )


class MessagesQuery(PageSize):
    """Which of a conversation's messages."""

    before = ma.fields.Integer(
        validate=ma.validate.Range(1, HIGHEST_ID),
        metadata={"description": "Those older than this message: `earlier` of the page before", "example": 4711},
    )


class ConversationHead(ma.Schema):
    """A conversation: a person's run with an assistant. `unanswered`: nothing was said to the last message."""

    conversation_id = ma.fields.UUID(required=True)
    assistant = ma.fields.String(required=True)
    user_id = ma.fields.String(required=True)
    contact_name = ma.fields.String(required=True, allow_none=True)
    company = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*RunStatus]))
    mode = ma.fields.String(required=True, validate=ma.validate.OneOf([*TurnMode]))
    started_at = ma.fields.AwareDateTime(required=True)
    last_message_at = ma.fields.AwareDateTime(required=True)
    current_question = ma.fields.Integer(required=True, allow_none=True)
    questions_answered = ma.fields.Integer(required=True)
    unanswered = ma.fields.Boolean(required=True)
    late = ma.fields.Boolean(required=True)
    labels = ma.fields.List(ma.fields.String(), required=True)


class ConversationLabelsPayload(ma.Schema):
    """The labels that a conversation is to have."""

    labels = ma.fields.List(
        CleanText(min_length=1, max_length=LABEL_LENGTH),
        required=True,
        validate=ma.validate.Length(0, MOST_LABELS),
        metadata={"example": ["follow up"]},
    )


class ConversationLabelsResponse(ma.Schema):
    """The labels of a conversation, in order."""

    labels = ma.fields.List(ma.fields.String(), required=True)


class ListedConversation(ConversationHead):
    """A conversation of a list, with the message that fits best: the newest, or the newest with the words."""

    messages = ma.fields.Integer(required=True)
    message = ma.fields.String(required=True, allow_none=True)
    reply = ma.fields.String(required=True, allow_none=True)


class FoundConversations(ma.Schema):
    """Conversations, the last that moved first; `next` is null on the last page.

    `count` is how many there are, and null where that is not known: on later pages, and for very common words.
    """

    conversations = ma.fields.List(ma.fields.Nested(ListedConversation), required=True)
    next = ma.fields.String(required=True, allow_none=True)
    count = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": f"{MOST_COUNTED + 1} stands for more"}
    )


class StepOfDelivery(ma.Schema):
    """A state of a delivery, and since when."""

    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*OutboundState]))
    at = ma.fields.String(required=True)


class SentPart(ma.Schema):
    """A part that left on our own account, and what became of it."""

    id = ma.fields.Integer(required=True)
    reason = ma.fields.String(required=True, validate=ma.validate.OneOf([*OutboundReason]))
    via = ma.fields.String(required=True, validate=ma.validate.OneOf([*Via]))
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([*OutboundState]))
    attempts = ma.fields.Integer(required=True)
    error = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    text = ma.fields.String(required=True)
    events = ma.fields.List(ma.fields.Nested(StepOfDelivery), required=True)


class MessageOfConversation(ma.Schema):
    """A message and what was answered. `kind` is `message` or `reset`; `held`: the holding reply was shown first.

    `stages_ms` are the stages of its turn, `withheld`: a human had taken over, and nobody was told the answer.
    """

    id = ma.fields.Integer(required=True)
    event_id = ma.fields.Integer(required=True)
    kind = ma.fields.String(required=True)
    user_message = ma.fields.String(required=True)
    agent_response = ma.fields.String(required=True)
    current_question = ma.fields.Integer(required=True, allow_none=True)
    agent = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    channel = ma.fields.String(required=True, allow_none=True)
    sources = ma.fields.List(ma.fields.Nested(SourceOfAnswer), required=True)
    late = ma.fields.Boolean(required=True)
    held = ma.fields.Boolean(required=True)
    failed = ma.fields.Boolean(required=True)
    withheld = ma.fields.Boolean(required=True)
    at = ma.fields.AwareDateTime(required=True)
    response_time_ms = ma.fields.Integer(required=True)
    route = ma.fields.Nested(RouteOfMessage, required=True, allow_none=True)
    intent = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "What its agent took it for, in a word of its own"}
    )
    stages_ms = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Float(), required=True)
    model_calls = ma.fields.List(ma.fields.Nested(CallOfModel), required=True)
    tool_calls = ma.fields.List(ma.fields.Nested(CallOfTool), required=True)
    outbound = ma.fields.List(ma.fields.Nested(SentPart), required=True)


class StepOfTurn(ma.Schema):
    """A call of a model or of a tool: `kind` says which, and only what belongs to that is there."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(("model", "tool")))
    number = ma.fields.Integer(required=True, metadata={"description": "Among those of its kind, from 1"})
    at = ma.fields.AwareDateTime(required=True)
    duration_ms = ma.fields.Integer(required=True)
    purpose = ma.fields.String()
    provider = ma.fields.String()
    model = ma.fields.String()
    outcome = ma.fields.String()
    input_tokens = ma.fields.Integer()
    output_tokens = ma.fields.Integer()
    cost = ma.fields.String(allow_none=True)
    currency = ma.fields.String(allow_none=True)
    tool = ma.fields.String()
    type = ma.fields.String()
    status = ma.fields.String()
    arguments = ma.fields.Dict(keys=ma.fields.String())
    result = ma.fields.String()
    iteration = ma.fields.Integer()


class CostOfTurn(ma.Schema):
    """What the calls of models cost in one currency, where their prices were known."""

    currency = ma.fields.String(required=True)
    cost = ma.fields.String(required=True)


class ReadTurn(MessageOfConversation):
    """A message and its answer, with each step on the way from one to the other."""

    class Meta:
        """The steps are told in one list instead."""

        exclude = ("model_calls", "tool_calls")

    conversation_id = ma.fields.UUID(required=True)
    steps = ma.fields.List(ma.fields.Nested(StepOfTurn), required=True)
    input_tokens = ma.fields.Integer(required=True)
    output_tokens = ma.fields.Integer(required=True)
    costs = ma.fields.List(ma.fields.Nested(CostOfTurn), required=True)


class AnswerOfConversation(ma.Schema):
    """The answer to one question, as it stands."""

    question = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    asked_at = ma.fields.AwareDateTime(required=True)
    answered_at = ma.fields.AwareDateTime(required=True)


class ReadConversation(ConversationHead):
    """A conversation with its answers and messages, the oldest first; `earlier` leads to those before them."""

    completed_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    ended_reason = ma.fields.String(required=True, allow_none=True)
    messages_count = ma.fields.Integer(required=True)
    answers = ma.fields.List(ma.fields.Nested(AnswerOfConversation), required=True)
    messages = ma.fields.List(ma.fields.Nested(MessageOfConversation), required=True)
    earlier = ma.fields.Integer(required=True, allow_none=True)


def wanted_of(query: dict[str, Any]) -> Wanted:
    """The filters among what was asked; an empty one is none. Raises InvalidInput."""
    names = ConversationFilters().fields
    return Wanted(**{name: value for name, value in query.items() if name in names and value not in ("", None)})
