"""What people think of what they were told."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.http.limits import limit_person
from cci_app.evaluation.feedback import schemas
from cci_app.evaluation.feedback.figures import feedback_figures, list_feedback
from cci_app.evaluation.feedback.giving import give_feedback

given = EdgeBlueprint("feedback", __name__, url_prefix="/api/v1/feedback", description="What people think")
read = EdgeBlueprint(
    "feedback_figures", __name__, url_prefix="/api/v1/admin/feedback", description="How people find the answers"
)


@given.post("")
@given.arguments(schemas.FeedbackPayload, example=schemas.EXAMPLE)
@given.response(201, schemas.GivenResponse, example=schemas.GIVEN)
@given.alt_response(404, "NOT_FOUND")
def send_feedback(payload: dict[str, Any]) -> dict[str, Any]:
    """Tell what a person thinks: `up` or `down` of one answer, 1 to 5 of the conversation. Saying it again changes it.

    Thumbs that the person writes, presses or puts to an answer count by themselves.
    """
    limit_person(payload["user_id"])
    value = payload["value"]
    person = get_conversation().person(current_caller().organisation_id, payload.get("assistant"), payload["user_id"])
    said = {"thumb": value} if isinstance(value, str) else {"stars": value}
    return give_feedback(person, message_id=payload.get("message_id"), comment=payload.get("comment"), **said)


@read.get("")
@read.arguments(schemas.FeedbackListQuery, location="query")
@read.response(200, schemas.FeedbackListResponse, example=schemas.LISTED)
@read.alt_response(422, "UNPROCESSABLE_ENTITY")
def read_feedback(query: dict[str, Any]) -> dict[str, Any]:
    """List what people thought, the newest first, with what was said."""
    return list_feedback(current_caller().organisation_id, **query)


@read.get("/figures")
@read.arguments(schemas.FeedbackFiguresQuery, location="query")
@read.response(200, schemas.FeedbackFigures, example=schemas.FIGURES)
@read.alt_response(422, "UNPROCESSABLE_ENTITY")
def read_feedback_figures(query: dict[str, Any]) -> dict[str, Any]:
    """Tell how people found answers and conversations in the last thirty days, by day and by version."""
    return feedback_figures(current_caller().organisation_id, query.get("assistant"))
