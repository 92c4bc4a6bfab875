"""The report on a version as work in the background; its figures are the job's result."""

import uuid
from typing import Any, Final

from flask import current_app

from cci_app.conversation.service import get_conversation
from cci_app.core.queue import Task
from cci_app.evaluation.simulation.people import people_of
from cci_app.evaluation.simulation.report import EvaluationOrder, make_report
from cci_app.jobs.asking import ask
from cci_app.jobs.claims import claimed
from cci_app.jobs.ledger import list_jobs
from cci_app.jobs.models import Job
from config.settings import Settings

MOST_TIMES: Final = 20
MOST_RECORDED: Final = 200
_LOOKED_AT: Final = 50


def ask_for_report(
    organisation_id: int, assistant: str, candidate: int | None, *, times: int, recorded: int, seed: int
) -> Job:
    """Have a version tried beside the one that serves, or that one alone.

    Raises InvalidInput for a version, or made-up people, that there are not; TooManyRequests.
    """
    catalogue = get_conversation().catalogue
    serving = catalogue.find(organisation_id, assistant)
    if candidate is not None:
        catalogue.find(organisation_id, serving.name, candidate)
    people_of(serving.name)
    payload = {
        "assistant": serving.name,
        "control": serving.version,
        "candidate": candidate,
        "times": times,
        "recorded": recorded,
        "seed": seed,
    }
    return ask(organisation_id, Task.EVALUATE, payload, once=True)


def reports_of(organisation_id: int, assistant: str) -> list[Job]:
    """The newest reports on an assistant, made or on their way."""
    jobs = list_jobs(organisation_id, Task.EVALUATE, _LOOKED_AT)
    return [job for job in jobs if job.payload["assistant"] == assistant]


def run_evaluation(job_id: uuid.UUID) -> None:
    """Make the report that a job asks for."""
    with claimed(job_id) as claim:
        if claim is None:
            return
        settings: Settings = current_app.config["SETTINGS"]
        asked: dict[str, Any] = claim.payload
        catalogue, whose = get_conversation().catalogue, claim.organisation_id
        control = catalogue.find(whose, asked["assistant"], asked["control"])
        candidate = None
        if asked["candidate"] is not None:
            candidate = catalogue.find(whose, asked["assistant"], asked["candidate"])
        order = EvaluationOrder(
            people_of(control.name), asked["times"], asked["seed"], asked["recorded"], settings.default_region
        )
        claim.result = make_report(whose, control, candidate, order, progress=claim.progress)
