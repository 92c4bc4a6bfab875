"""Conversations that humans judge."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint
from cci_app.evaluation.review import queue, schemas

reviews = EdgeBlueprint(
    "reviews", __name__, url_prefix="/api/v1/reviews", description="Conversations that humans judge"
)


@reviews.post("")
@reviews.arguments(schemas.DrawPayload, example={"assistant": "cci", "count": 20})
@reviews.response(201, schemas.DrawnResponse, example={"drawn": 20})
def draw_conversations(payload: dict[str, Any]) -> dict[str, int]:
    """Draw conversations to be judged by two humans each."""
    whose = current_caller().organisation_id
    name = get_conversation().assistant(whose, payload["assistant"]).name
    return {"drawn": queue.draw(whose, name, payload["count"], payload.get("version"))}


@reviews.get("/next")
@reviews.arguments(schemas.ReviewQuery, location="query")
@reviews.response(200, schemas.NextResponse, example=schemas.NEXT)
@reviews.alt_response(422, "UNPROCESSABLE_ENTITY")
def get_next_review(query: dict[str, Any]) -> dict[str, Any]:
    """Tell which conversation the caller is to judge next."""
    return {"sample": queue.next_sample(current_caller(), query.get("assistant"))}


@reviews.get("/figures")
@reviews.arguments(schemas.ReviewQuery, location="query")
@reviews.response(200, schemas.ReviewFigures, example=schemas.FIGURES)
@reviews.alt_response(422, "UNPROCESSABLE_ENTITY")
def read_review_figures(query: dict[str, Any]) -> dict[str, Any]:
    """Tell what was found, by version, and how far two who judged the same agree."""
    return queue.review_figures(current_caller().organisation_id, query.get("assistant"))


@reviews.post("/<int:sample_id>", parameters=[{"in": "path", "name": "sample_id", "example": 5}])
@reviews.arguments(schemas.MarkPayload, example=schemas.MARK)
@reviews.response(200, schemas.MarkResponse, example={"id": 5, **schemas.MARK})
@reviews.alt_response(404, "NOT_FOUND")
def judge_conversation(payload: dict[str, Any], sample_id: int) -> dict[str, Any]:
    """Say what one thinks of a conversation that was drawn; saying it again changes it."""
    return queue.judge(current_caller(), sample_id, **payload)
