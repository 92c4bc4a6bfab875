"""Versions of assistants, and experiments with two of them."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.assistants.experiments.register import find_experiment, list_experiments
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint
from cci_app.evaluation.experiments import schemas
from cci_app.evaluation.experiments import versions as kept_versions
from cci_app.evaluation.experiments.ending import adopt, begin, serve, stop
from cci_app.evaluation.experiments.results import results

versions = EdgeBlueprint(
    "versions", __name__, url_prefix="/api/v1/versions", description="Versions of assistants, before everybody gets one"
)
experiments = EdgeBlueprint(
    "experiments", __name__, url_prefix="/api/v1/experiments", description="Which of two versions is better"
)
_ONE = [{"in": "path", "name": "experiment_id", "example": 7}]


@versions.get("")
@versions.arguments(schemas.VersionQuery, location="query")
@versions.response(200, schemas.VersionResponse(many=True), example=[schemas.VERSION])
@versions.alt_response(422, "UNPROCESSABLE_ENTITY")
def list_assistant_versions(query: dict[str, Any]) -> Any:
    """List the versions of an assistant, the newest first."""
    return kept_versions.list_versions(
        get_conversation().catalogue, current_caller().organisation_id, query.get("assistant")
    )


@versions.post("")
@versions.arguments(schemas.VersionPayload, example=schemas.VERSION_ORDER)
@versions.response(201, schemas.MadeVersionResponse, example={"assistant": "cci", "version": 1001})
@versions.alt_response(409, "CONFLICT")
def make_assistant_version(payload: dict[str, Any]) -> dict[str, Any]:
    """Make a version that nobody gets yet: another model, persona, parameters, texts.

    Of an assistant from a file it is the file with those changes, of a chatbot its draft with them.
    """
    whose, name = current_caller().organisation_id, payload["assistant"]
    made = kept_versions.make_version(get_conversation().catalogue, whose, name, payload["changes"], payload["note"])
    return {"assistant": name, "version": made}


@versions.post("/serve")
@versions.arguments(schemas.ServePayload, example={"assistant": "cci", "version": 1})
@versions.response(200, schemas.ServedVersionResponse, example={"assistant": "cci", "version": 1, "before": 1001})
def serve_assistant_version(payload: dict[str, Any]) -> dict[str, Any]:
    """Let a version answer everybody, a new one or one from before; other processes know it within seconds."""
    before = serve(current_caller().organisation_id, payload["assistant"], payload["version"])
    return {**payload, "before": before}


@experiments.get("")
@experiments.arguments(schemas.ExperimentsQuery, location="query")
@experiments.response(200, schemas.ExperimentsResponse, example={"experiments": [schemas.EXPERIMENT]})
@experiments.alt_response(422, "UNPROCESSABLE_ENTITY")
def read_experiments(query: dict[str, Any]) -> dict[str, Any]:
    """List experiments, the newest first."""
    return {"experiments": list_experiments(current_caller().organisation_id, query.get("assistant"))}


@experiments.post("")
@experiments.arguments(schemas.ExperimentPayload, example=schemas.EXPERIMENT_ORDER)
@experiments.response(201, schemas.ExperimentResponse, example=schemas.EXPERIMENT)
@experiments.alt_response(409, "CONFLICT")
def start_experiment(payload: dict[str, Any]) -> dict[str, Any]:
    """Let a share of those who begin a conversation get another version than the one that serves.

    Each person keeps theirs. Whoever is in the middle of a conversation ends it as it began. A version with more
    errors, late answers or thumbs down is stopped by itself.
    """
    return begin(current_caller().organisation_id, payload)


@experiments.get("/<int:experiment_id>", parameters=_ONE)
@experiments.response(200, schemas.ResultsResponse, example=schemas.RESULTS)
@experiments.alt_response(404, "NOT_FOUND")
def read_experiment(experiment_id: int) -> dict[str, Any]:
    """Tell what came of an experiment until now, and what that decides."""
    whose = current_caller().organisation_id
    found = find_experiment(whose, experiment_id)
    return {**found, **results(whose, found)}


@experiments.post("/<int:experiment_id>/stop", parameters=_ONE)
@experiments.arguments(schemas.ExperimentStopPayload, example={"reason": "the campaign is over"})
@experiments.response(200, schemas.ExperimentResponse, example={**schemas.EXPERIMENT, "state": "stopped"})
@experiments.alt_response(404, "NOT_FOUND")
@experiments.alt_response(409, "CONFLICT")
def stop_experiment(payload: dict[str, Any], experiment_id: int) -> dict[str, Any]:
    """Let everybody get the version that serves."""
    return stop(current_caller().organisation_id, experiment_id, payload.get("reason"))


@experiments.post("/<int:experiment_id>/adopt", parameters=_ONE)
@experiments.response(200, schemas.ExperimentResponse, example={**schemas.EXPERIMENT, "state": "adopted"})
@experiments.alt_response(404, "NOT_FOUND")
@experiments.alt_response(409, "CONFLICT")
def adopt_candidate(experiment_id: int) -> dict[str, Any]:
    """Let everybody get the candidate."""
    return adopt(current_caller().organisation_id, experiment_id)
