"""HTTP shapes of conversations that humans judge."""

from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import AssistantFilter, CleanText, TrueOrFalse, WholeNumber
from cci_app.evaluation.review.models import COMMENT_LENGTH
from cci_app.evaluation.review.queue import MOST_DRAWN

_ASSISTANT: dict[str, Any] = {"metadata": {"example": "cci"}}
NEXT: dict[str, Any] = {
    "sample": {"id": 5, "conversation_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "assistant": "cci"}
}
MARK: dict[str, Any] = {"served": True, "correct": False, "comment": "The price is last year's."}
FIGURES: dict[str, Any] = {
    "drawn": 40,
    "judged": 38,
    "twice": 31,
    "kappa_served": 0.72,
    "kappa_correct": 0.64,
    "versions": [{"assistant": "cci", "version": 1, "marks": 69, "served": 0.88, "correct": 0.94}],
}


class DrawPayload(ma.Schema):
    """Which conversations to draw: of the last thirty days, each as likely."""

    assistant = CleanText(required=True, min_length=1, max_length=64, **_ASSISTANT)
    count = WholeNumber(load_default=20, validate=ma.validate.Range(1, MOST_DRAWN), metadata={"example": 20})
    version = WholeNumber(validate=ma.validate.Range(1, 10**6), metadata={"example": 1})


class DrawnResponse(ma.Schema):
    """How many were drawn: fewer where there are no more."""

    drawn = ma.fields.Integer(required=True)


class ReviewQuery(ma.Schema):
    """Of which assistant; of all without one."""

    assistant = AssistantFilter()


class SampleResponse(ma.Schema):
    """A conversation to judge."""

    id = ma.fields.Integer(required=True)
    conversation_id = ma.fields.UUID(required=True)
    assistant = ma.fields.String(required=True)


class NextResponse(ma.Schema):
    """The next conversation for the caller; null where there is none left."""

    sample = ma.fields.Nested(SampleResponse, required=True, allow_none=True)


class MarkPayload(ma.Schema):
    """The two questions: did the person get what they wanted, and was all that the assistant said right?"""

    served = TrueOrFalse(required=True, metadata={"example": True})
    correct = TrueOrFalse(required=True, metadata={"example": False})
    comment = CleanText(max_length=COMMENT_LENGTH, metadata={"example": "The price is last year's."})


class MarkResponse(ma.Schema):
    """What is kept."""

    id = ma.fields.Integer(required=True)
    served = ma.fields.Boolean(required=True)
    correct = ma.fields.Boolean(required=True)
    comment = ma.fields.String(required=True, allow_none=True)


class ReviewOfVersion(ma.Schema):
    """The shares of judgements of a version's conversations that say yes."""

    assistant = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True, allow_none=True)
    marks = ma.fields.Integer(required=True)
    served = ma.fields.Float(required=True)
    correct = ma.fields.Float(required=True)


class ReviewFigures(ma.Schema):
    """How many were drawn, judged, and judged by two; Cohen's kappa of either question, null where it says nothing."""

    drawn = ma.fields.Integer(required=True)
    judged = ma.fields.Integer(required=True)
    twice = ma.fields.Integer(required=True)
    kappa_served = ma.fields.Float(required=True, allow_none=True)
    kappa_correct = ma.fields.Float(required=True, allow_none=True)
    versions = ma.fields.List(ma.fields.Nested(ReviewOfVersion), required=True)
