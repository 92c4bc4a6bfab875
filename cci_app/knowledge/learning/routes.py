"""Questions that nothing answered, and the organisation's own answers."""

from typing import Any

from flask import g

from cci_app.accounts.auth import current_caller
from cci_app.core.http.api import EdgeBlueprint, check_value
from cci_app.knowledge.documents.register import Said
from cci_app.knowledge.learning import corrected, schemas
from cci_app.knowledge.learning import unanswered as open_questions
from cci_app.knowledge.schemas import DocumentResponse

answers = EdgeBlueprint(
    "answers", __name__, url_prefix="/api/v1/knowledge/answers", description="Answers that the organisation writes"
)
unanswered = EdgeBlueprint(
    "unanswered", __name__, url_prefix="/api/v1/admin/unanswered", description="What people asked and nothing answered"
)
_ANSWER_ID = [{"in": "path", "name": "answer_id", "example": 5}]


@answers.get("")
@answers.arguments(schemas.CorrectedAnswersQuery, location="query")
@answers.response(200, schemas.CorrectedAnswersResponse, example=schemas.ANSWERS)
def list_answers(query: dict[str, Any]) -> dict[str, Any]:
    """List the answers, newest first."""
    found = corrected.list_answers(current_caller().organisation_id, **query)
    return {"answers": found, "next": found[-1].id if len(found) == query["limit"] else None}


@answers.post("")
@answers.arguments(schemas.NewCorrectedAnswerPayload, example=schemas.WRITTEN)
@answers.response(201, schemas.CorrectedAnswerResponse, example=schemas.ANSWER)
def add_answer(payload: dict[str, Any]) -> Any:
    """Write an answer: it is given to these questions, and to those like them, before any document is looked into."""
    check_value("assistant", payload.get("assistant"))
    questions = payload.pop("questions")
    return corrected.add_answer(current_caller().organisation_id, payload, questions)


@answers.get("/<int:answer_id>", parameters=_ANSWER_ID)
@answers.response(200, schemas.CorrectedAnswerResponse, example=schemas.ANSWER)
@answers.alt_response(404, "NOT_FOUND")
def get_answer(answer_id: int) -> Any:
    """Tell one answer."""
    return corrected.find_answer(current_caller().organisation_id, answer_id)


@answers.put("/<int:answer_id>", parameters=_ANSWER_ID)
@answers.arguments(schemas.CorrectedAnswerPayload, example=schemas.WRITTEN)
@answers.response(200, schemas.CorrectedAnswerResponse, example=schemas.ANSWER)
@answers.alt_response(404, "NOT_FOUND")
def change_answer(payload: dict[str, Any], answer_id: int) -> Any:
    """Write an answer anew."""
    check_value("assistant", payload.get("assistant"))
    return corrected.change_answer(current_caller().organisation_id, answer_id, payload)


@answers.delete("/<int:answer_id>", parameters=_ANSWER_ID)
@answers.response(200, schemas.RemovedCorrectedAnswerResponse, example={"id": 5, "removed": True})
@answers.alt_response(404, "NOT_FOUND")
def remove_answer(answer_id: int) -> dict[str, Any]:
    """Remove an answer: documents answer again."""
    corrected.remove_answer(current_caller().organisation_id, answer_id)
    return {"id": answer_id, "removed": True}


@unanswered.get("")
@unanswered.arguments(schemas.UnansweredQuery, location="query")
@unanswered.response(200, schemas.UnansweredResponse, example=schemas.UNANSWERED)
def list_unanswered(query: dict[str, Any]) -> dict[str, Any]:
    """List what nothing answered, grouped by likeness, the most asked first."""
    check_value("assistant", query.get("assistant"))
    return {"groups": open_questions.unanswered(current_caller().organisation_id, **query)}


@unanswered.post("/dismiss")
@unanswered.arguments(schemas.DismissPayload, example=schemas.DISMISS)
@unanswered.response(200, schemas.DismissedResponse, example={"dismissed": 2})
def dismiss(payload: dict[str, Any]) -> dict[str, Any]:
    """Take questions off the list that need no answer."""
    return {"dismissed": open_questions.dismiss(current_caller().organisation_id, payload["questions"])}


@unanswered.post("/document")
@unanswered.arguments(schemas.AnsweringDocumentPayload, example=schemas.ANSWERING)
@unanswered.response(202, DocumentResponse, example=schemas.DOCUMENT)
def write_document(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a document of a text that answers unanswered questions; it is read in the background."""
    check_value("assistant", payload.get("assistant"))
    questions, text = payload.pop("questions"), payload.pop("text")
    return open_questions.write_document(
        current_caller().organisation_id, questions, text, Said(**payload), g.request_id
    )
