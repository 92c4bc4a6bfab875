"""How an experiment ends by somebody's hand: nobody gets the candidate any more, or everybody does."""

from typing import Any

from cci_app.assistants.documents import provide_documents
from cci_app.assistants.experiments.models import ExperimentState
from cci_app.assistants.experiments.register import begin_experiment, end_experiment, find_experiment
from cci_app.conversation.service import get_conversation
from cci_app.evaluation.experiments.versions import serve_version


def begin(organisation_id: int, given: dict[str, Any]) -> dict[str, Any]:
    """Begin an experiment (see `register.begin_experiment`); other processes know it within seconds."""
    conversation = get_conversation()
    begun = begin_experiment(conversation.catalogue, organisation_id, **given)
    conversation.experiments.forget(organisation_id)
    return begun


def stop(organisation_id: int, experiment_id: int, reason: str | None = None) -> dict[str, Any]:
    """Let everybody get the version that serves. Raises NotFound, Conflict."""
    ended = end_experiment(organisation_id, experiment_id, ExperimentState.STOPPED, reason)
    get_conversation().experiments.forget(organisation_id)
    return ended


def adopt(organisation_id: int, experiment_id: int) -> dict[str, Any]:
    """Let everybody get the candidate. Raises NotFound, and Conflict for an experiment that does not run."""
    found = find_experiment(organisation_id, experiment_id)
    ended = end_experiment(organisation_id, experiment_id, ExperimentState.ADOPTED)
    get_conversation().experiments.forget(organisation_id)
    serve(organisation_id, found["assistant"], found["candidate"])
    return ended


def serve(organisation_id: int, assistant: str, version: int) -> int:
    """Let a version answer everybody; the one that did before. Raises InvalidInput."""
    catalogue = get_conversation().catalogue
    before = serve_version(catalogue, organisation_id, assistant, version)
    provide_documents(organisation_id, catalogue.find(organisation_id, assistant).spec)
    return before
