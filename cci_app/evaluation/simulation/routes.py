"""Reports on versions of assistants."""

import uuid
from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint
from cci_app.core.queue import Task
from cci_app.evaluation.simulation import schemas
from cci_app.evaluation.simulation.job import ask_for_report, reports_of
from cci_app.jobs.ledger import find_job
from cci_app.jobs.models import Job

evaluations = EdgeBlueprint(
    "evaluations", __name__, url_prefix="/api/v1/evaluations", description="Versions tried with made-up people"
)


@evaluations.get("")
@evaluations.arguments(schemas.EvaluationsQuery, location="query")
@evaluations.response(200, schemas.EvaluationsResponse, example={"evaluations": [schemas.ASKED]})
@evaluations.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_evaluations(query: dict[str, Any]) -> dict[str, Any]:
    """List the newest reports on an assistant, made or on their way."""
    whose = current_caller().organisation_id
    name = get_conversation().assistant(whose, query.get("assistant")).name
    return {"evaluations": [_shown(job) for job in reports_of(whose, name)]}


@evaluations.post("")
@evaluations.arguments(schemas.EvaluationPayload, example=schemas.ORDER)
@evaluations.response(202, schemas.EvaluationResponse, example=schemas.ASKED)
def ask_for_evaluation(payload: dict[str, Any]) -> dict[str, Any]:
    """Have made-up people talk with the version that serves, and with a candidate; a worker does it.

    Nothing is kept of what they say but the report, and nobody is told.
    """
    name, candidate = payload.pop("assistant"), payload.pop("candidate", None)
    return _shown(ask_for_report(current_caller().organisation_id, name, candidate, **payload))


@evaluations.get("/<uuid:evaluation_id>", parameters=[{"in": "path", "name": "evaluation_id", "example": schemas.ID}])
@evaluations.response(200, schemas.ReportResponse, example={**schemas.ASKED, "state": "done", "report": {}})
@evaluations.alt_response(404, "NOT_FOUND")
def read_evaluation(evaluation_id: uuid.UUID) -> dict[str, Any]:
    """Read a report: its figures stand in `report` once it is made."""
    job = find_job(current_caller().organisation_id, evaluation_id, Task.EVALUATE)
    return {**_shown(job), "report": job.result}


def _shown(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        **{name: job.payload[name] for name in ("assistant", "control", "candidate", "times", "recorded", "seed")},
        "state": job.state,
        "reason": job.reason,
        "talks_done": job.rows_done,
        "talks": job.rows,
        "created_at": job.created_at,
    }
