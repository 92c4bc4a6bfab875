"""HTTP shapes of assistants to read, and of what was answered to their questions."""

import marshmallow as ma

from cci_app.admin.assistants.content import SECTIONS
from cci_app.agents.ports import AnswerStatus
from cci_app.core.http.fields import PageQuery


class ListedAssistant(ma.Schema):
    """An assistant that the organisation's people may talk to, in the version that serves."""

    name = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    languages = ma.fields.List(ma.fields.String(), required=True)


class TextOfAssistant(ma.Schema):
    """A text by language, with its variants; `path` is where it stands in the assistant's content."""

    path = ma.fields.String(required=True)
    section = ma.fields.String(required=True, validate=ma.validate.OneOf(SECTIONS))
    item = ma.fields.String(required=True)
    texts = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()), required=True)


class QuestionOfAssistant(ma.Schema):
    """A question, and what it is about, by language."""

    question = ma.fields.Integer(required=True)
    id = ma.fields.String(required=True)
    topic = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    ask = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


class ReadAssistant(ListedAssistant):
    """An assistant with all that it says; `source` is the file in which it is changed."""

    default_language = ma.fields.String(required=True)
    source = ma.fields.String(required=True)
    questions = ma.fields.List(ma.fields.Nested(QuestionOfAssistant), required=True)
    texts = ma.fields.List(ma.fields.Nested(TextOfAssistant), required=True)


class AnswersQuery(PageQuery):
    """Which question's answers."""

    question = ma.fields.Integer(
        load_default=1, validate=ma.validate.Range(1, 1000), metadata={"description": "Its number", "example": 1}
    )
    status = ma.fields.Enum(AnswerStatus, by_value=True, metadata={"description": "Only those", "example": "answered"})


class GivenAnswer(ma.Schema):
    """An answer, and who gave it."""

    id = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf([*AnswerStatus]))
    answered_at = ma.fields.AwareDateTime(required=True)
    conversation_id = ma.fields.UUID(required=True)
    user_id = ma.fields.String(required=True)
    contact_name = ma.fields.String(required=True, allow_none=True)
    company = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)


class AnswersResponse(ma.Schema):
    """The newest answers to a question; `next` is null on the last page."""

    answers = ma.fields.List(ma.fields.Nested(GivenAnswer), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class CountedResponse(ma.Schema):
    """How many answers of each status each question has, by its number."""

    questions = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer()),
        required=True,
    )
