"""HTTP shapes of exports."""

from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import CleanText, UserId
from cci_app.exports.selection import ExportFormat, RunStatus, Selection


def _day(name: str, example: str) -> ma.fields.Date:
    return ma.fields.Date(
        format="iso",
        error_messages={"invalid": "Not a day: write it as 2026-01-31."},
        metadata={
            "description": f"{name} on which a conversation began, in the organisation's time zone",
            "example": example,
        },
    )


class Filters(ma.Schema):
    """Which conversations; all of them without a filter."""

    start_date = _day("First day", "2026-01-01")
    end_date = _day("Last day", "2026-01-31")
    user_id = UserId()
    language = ma.fields.String(
        validate=ma.validate.Regexp(r"^[a-z]{2}$", error="Two letters, such as es."),
        metadata={"description": "Language of the conversation", "example": "es"},
    )
    company = CleanText(
        min_length=1,
        max_length=255,
        metadata={"description": "Company, without case", "example": "Vinos del Valle SAS"},
    )
    status = ma.fields.String(
        validate=ma.validate.OneOf(list(RunStatus)),
        metadata={"description": "How far the conversation came", "example": "completed"},
    )
    assistant = CleanText(min_length=1, max_length=64, metadata={"description": "Assistant", "example": "cci"})

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        start, end = data.get("start_date"), data.get("end_date")
        if start and end and end < start:
            raise ma.ValidationError(f"Not before start_date ({start}).", "end_date")


class ExportQuery(Filters):
    """Which conversations, and in which form."""

    format = ma.fields.String(
        load_default=ExportFormat.EXCEL,
        validate=ma.validate.OneOf(list(ExportFormat)),
        metadata={"description": "Form of the export", "example": "json"},
    )


def selection_of(data: dict[str, Any]) -> Selection:
    """The selection that a loaded request asks for."""
    return Selection(**{name: value for name, value in data.items() if name in Filters._declared_fields})


class AnswerResponse(ma.Schema):
    """A question of the assistant with the person's answer, null where it was not answered."""

    question = ma.fields.Integer(required=True)
    text = ma.fields.String(required=True)
    answer = ma.fields.String(required=True, allow_none=True)
    status = ma.fields.String(required=True, allow_none=True)


class ConversationResponse(ma.Schema):
    """A conversation; times in milliseconds, null where there were no messages."""

    user_id = ma.fields.String(required=True)
    company = ma.fields.String(required=True, allow_none=True)
    contact_name = ma.fields.String(required=True, allow_none=True)
    started_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True)
    questions_answered = ma.fields.Integer(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf(list(RunStatus)))
    language = ma.fields.String(required=True, allow_none=True)
    answers = ma.fields.List(ma.fields.Nested(AnswerResponse), required=True)
    other_answers = ma.fields.Dict(required=True, allow_none=True)
    messages = ma.fields.Integer(required=True)
    mean_response_ms = ma.fields.Integer(required=True, allow_none=True)
    p95_response_ms = ma.fields.Integer(required=True, allow_none=True)
    longest_response_ms = ma.fields.Integer(required=True, allow_none=True)
    share_within_8s = ma.fields.Float(required=True, allow_none=True)
    late_answers = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    conversation_id = ma.fields.UUID(required=True)
