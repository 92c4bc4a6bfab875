"""HTTP shapes of unanswered questions and of the organisation's own answers."""

from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageQuery, PageSize, WholeNumber
from cci_app.knowledge import examples
from cci_app.knowledge.learning.corrected import MOST_EXAMPLES
from cci_app.knowledge.schemas import TextPayload

LONGEST_EXAMPLE = 300
LONGEST_ANSWER = 1_500
MOST_QUESTIONS = 300


def _questions(**options: Any) -> Any:
    return ma.fields.List(
        WholeNumber(validate=ma.validate.Range(1, HIGHEST_ID)),
        validate=ma.validate.Length(max=MOST_QUESTIONS, min=options.pop("least", 0) or None),
        metadata={"description": "Ids of the unanswered questions that this settles", "example": [31, 34]},
        **options,
    )


class _KnownFields(ma.Schema):
    class Meta:
        """An unknown field is an error."""

        unknown = ma.RAISE


def _text(language: str, example: str) -> ma.fields.String:
    told = {"description": f"In {language}", "example": example}
    return CleanText(max_length=LONGEST_ANSWER, metadata=told)


class AnswerTexts(_KnownFields):
    """The answer in each language; one is enough, and is then given in all."""

    fr = _text("French", "La cotisation annuelle d'une jeune pousse est de 900 000 pesos.")
    es = _text("Spanish", "La cuota anual de una empresa nueva es de 900.000 pesos.")
    en = _text("English", "The yearly fee of a new company is 900,000 pesos.")

    @ma.validates_schema
    def _has_one(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data.values()):
            raise ma.ValidationError("Write the answer in one language at least.", "es")


class CorrectedAnswerPayload(_KnownFields):
    """An answer of the organisation's own, and questions that it answers, in either language."""

    examples = ma.fields.List(
        CleanText(min_length=1, max_length=LONGEST_EXAMPLE),
        required=True,
        validate=ma.validate.Length(1, MOST_EXAMPLES),
        metadata={
            "description": "The question as people put it, in several ways and languages",
            "example": ["¿Cuánto paga una startup?", "Quelle cotisation pour une jeune pousse ?"],
        },
    )
    answer = ma.fields.Nested(AnswerTexts, required=True, metadata={"minProperties": 1})
    assistant = CleanText(
        min_length=1,
        max_length=64,
        metadata={"description": "The only assistant that gives it; all where none is named", "example": "members"},
    )
    valid_from = ma.fields.Date(allow_none=True, metadata={"example": "2026-01-01"})
    valid_until = ma.fields.Date(allow_none=True, metadata={"example": "2026-12-31"})


class NewCorrectedAnswerPayload(CorrectedAnswerPayload):
    """The same, with the unanswered questions that it settles."""

    questions = _questions(load_default=list)


class CorrectedAnswerResponse(ma.Schema):
    """An answer as it stands; `assistant` is empty where all give it."""

    id = ma.fields.Integer(required=True)
    assistant = ma.fields.String(required=True)
    examples = ma.fields.List(ma.fields.String(), required=True)
    answer = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
    valid_from = ma.fields.Date(required=True, allow_none=True)
    valid_until = ma.fields.Date(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class CorrectedAnswersResponse(ma.Schema):
    """A page of answers, newest first; `next` is null on the last."""

    answers = ma.fields.List(ma.fields.Nested(CorrectedAnswerResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class RemovedCorrectedAnswerResponse(ma.Schema):
    """The answer that was removed."""

    id = ma.fields.Integer(required=True)
    removed = ma.fields.Boolean(required=True)


class CorrectedAnswersQuery(PageQuery):
    """Which page of answers."""


class UnansweredQuery(PageSize):
    """Whose questions, and how many groups."""

    assistant = CleanText(
        min_length=1, max_length=64, metadata={"description": "Those asked of this assistant", "example": "members"}
    )


class OpenQuestion(ma.Schema):
    """A question as it was put."""

    id = ma.fields.Integer(required=True)
    question = ma.fields.String(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    asked_at = ma.fields.AwareDateTime(required=True)


class QuestionGroupResponse(ma.Schema):
    """Questions about the same, newest first; `people` is how many asked."""

    question = ma.fields.String(required=True)
    language = ma.fields.String(required=True, allow_none=True)
    assistant = ma.fields.String(required=True)
    count = ma.fields.Integer(required=True)
    people = ma.fields.Integer(required=True)
    last_at = ma.fields.AwareDateTime(required=True)
    questions = ma.fields.List(ma.fields.Nested(OpenQuestion), required=True)


class UnansweredResponse(ma.Schema):
    """Groups of unanswered questions, the most asked first."""

    groups = ma.fields.List(ma.fields.Nested(QuestionGroupResponse), required=True)


class DismissPayload(_KnownFields):
    """Questions that need no answer."""

    questions = _questions(required=True, least=1)


class DismissedResponse(ma.Schema):
    """How many were settled."""

    dismissed = ma.fields.Integer(required=True)


class AnsweringDocumentPayload(TextPayload):
    """A document that answers unanswered questions."""

    questions = _questions(required=True, least=1)


QUESTION: dict[str, Any] = {
    "id": 31,
    "question": "¿cuánto paga una startup?",
    "language": "es",
    "asked_at": "2026-01-15T14:03:20+00:00",
}
UNANSWERED: dict[str, Any] = {
    "groups": [
        {
            **{name: QUESTION[name] for name in ("question", "language")},
            "assistant": "members",
            "count": 1,
            "people": 1,
            "last_at": QUESTION["asked_at"],
            "questions": [QUESTION],
        }
    ]
}
ANSWER: dict[str, Any] = {
    "id": 5,
    "assistant": "",
    "examples": ["¿Cuánto paga una startup?", "Quelle cotisation pour une jeune pousse ?"],
    "answer": {"es": "La cuota anual de una empresa nueva es de 900.000 pesos."},
    "valid_from": None,
    "valid_until": "2026-12-31",
    "created_at": "2026-01-15T15:00:00+00:00",
    "updated_at": "2026-01-15T15:00:00+00:00",
}
ANSWERS: dict[str, Any] = {"answers": [ANSWER], "next": None}
DOCUMENT = examples.PENDING
WRITTEN: dict[str, Any] = {"examples": ANSWER["examples"], "answer": ANSWER["answer"], "valid_until": "2026-12-31"}
DISMISS: dict[str, Any] = {"questions": [31]}
ANSWERING: dict[str, Any] = {**DISMISS, "title": "Parqueadero", "text": "Hay parqueadero en el sótano 2."}
