"""Assistants to read, and what was answered to their questions."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.admin.assistants.answers import count_answers, list_answers
from cci_app.admin.assistants.content import read_assistant
from cci_app.admin.assistants.schemas import (
    AnswersQuery,
    AnswersResponse,
    CountedResponse,
    ListedAssistant,
    ReadAssistant,
)
from cci_app.conversation.service import get_conversation
from cci_app.core.errors import NotFound
from cci_app.core.http.api import EdgeBlueprint

blueprint = EdgeBlueprint(
    "assistants", __name__, url_prefix="/api/v1/assistants", description="What assistants say, and what they were told"
)

_NAMED = [{"in": "path", "name": "assistant", "example": "cci"}]
_LISTED: dict[str, Any] = {"name": "cci", "title": "CCI France Colombia", "version": 1, "languages": ["fr", "es"]}
_READ: dict[str, Any] = {
    **_LISTED,
    "default_language": "es",
    "source": "cci.yaml",
    "questions": [{"question": 1, "id": "objective", "topic": {"fr": "votre objectif"}, "ask": {"fr": "Lequel ?"}}],
    "texts": [
        {
            "path": "agents.questionnaire.say.hello",
            "section": "say",
            "item": "hello",
            "texts": {"fr": ["Bonjour !"], "es": ["¡Hola!"]},
        }
    ],
}
_ANSWERS: dict[str, Any] = {
    "answers": [
        {
            "id": 4711,
            "text": "Trouver des clients à Medellín",
            "status": "answered",
            "answered_at": "2026-01-15T17:04:12+00:00",
            "conversation_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "user_id": "+573001234567",
            "contact_name": "Camille Durand",
            "company": "Café Uno SAS",
            "language": "fr",
        }
    ],
    "next": None,
}
_COUNTED: dict[str, Any] = {"questions": {"1": {"answered": 41, "vague": 3, "skipped": 2, "corrected": 1, "unsure": 0}}}


def spec_of(name: str) -> Any:
    """The caller's assistant of that name. Raises NotFound."""
    spec = get_conversation().catalogue.specs(current_caller().organisation_id).get(name)
    if spec is None:
        raise NotFound("there is no such assistant")
    return spec


@blueprint.get("")
@blueprint.response(200, ListedAssistant(many=True), example=[_LISTED])
def list_assistants() -> Any:
    """List the assistants that the organisation's people may talk to."""
    return list(get_conversation().catalogue.specs(current_caller().organisation_id).values())


@blueprint.get("/<string:assistant>", parameters=_NAMED)
@blueprint.response(200, ReadAssistant, example=_READ)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def get_assistant(assistant: str) -> dict[str, Any]:
    """Read an assistant: its questions, sentences, examples and services, side by side in its languages."""
    return read_assistant(spec_of(assistant))


@blueprint.get("/<string:assistant>/answers", parameters=_NAMED)
@blueprint.arguments(AnswersQuery, location="query")
@blueprint.response(200, AnswersResponse, example=_ANSWERS)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_answers_to_question(query: dict[str, Any], assistant: str) -> dict[str, Any]:
    """List what members answered to a question, the newest first."""
    answers = list_answers(current_caller().organisation_id, spec_of(assistant).name, **query)
    return {"answers": answers, "next": answers[-1]["id"] if len(answers) == query["limit"] else None}


@blueprint.get("/<string:assistant>/answers/counts", parameters=_NAMED)
@blueprint.response(200, CountedResponse, example=_COUNTED)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def get_answer_counts(assistant: str) -> dict[str, Any]:
    """Tell how many answers, and of which status, each question has."""
    counted = count_answers(current_caller().organisation_id, spec_of(assistant).name)
    return {"questions": {str(question): counts for question, counts in counted.items()}}
