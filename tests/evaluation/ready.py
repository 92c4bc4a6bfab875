"""Versions, experiments, reports and reviews that are there already, as the API's description shows them."""

import uuid
from typing import Any

from cci_app.assistants.experiments.models import Goal
from cci_app.conversation.service import get_conversation
from cci_app.core.database import tenant_transaction
from cci_app.evaluation.experiments.ending import begin
from cci_app.evaluation.experiments.schemas import EXPERIMENT_ORDER, VERSION_ORDER
from cci_app.evaluation.experiments.versions import make_version
from cci_app.evaluation.review.models import ReviewSample
from cci_app.evaluation.simulation.job import ask_for_report
from tests.conftest import Tenant


def evaluation_for(operation: str, tenant: Tenant) -> dict[str, str]:
    """What an operation is about, where it is one of evaluation: values of its path."""
    if operation == "start_experiment":
        make_candidate(tenant)
    if operation in {"read_experiment", "stop_experiment", "adopt_candidate"}:
        return {"experiment_id": str(make_experiment(tenant)["id"])}
    if operation == "read_evaluation":
        asked = ask_for_report(tenant.organisation_id, "cci", None, times=1, recorded=0, seed=1)
        return {"evaluation_id": str(asked.id)}
    return {"sample_id": str(draw_one(tenant))} if operation == "judge_conversation" else {}


def make_candidate(tenant: Tenant) -> int:
    """A version of `cci` that nobody gets yet; its number."""
    return make_version(get_conversation().catalogue, tenant.organisation_id, "cci", VERSION_ORDER["changes"])


def make_experiment(tenant: Tenant) -> dict[str, Any]:
    """An experiment that runs."""
    make_candidate(tenant)
    more = {"goal": Goal.COMPLETED, "window_hours": 24, "planned": 2_000}
    return begin(tenant.organisation_id, {**EXPERIMENT_ORDER, **more})


def draw_one(tenant: Tenant, user_id: str = "+573000000001") -> int:
    """A conversation to judge; its number."""
    row = ReviewSample(
        organisation_id=tenant.organisation_id, assistant="cci", user_id=user_id, run_id=uuid.uuid4(), version=1
    )
    with tenant_transaction(tenant.organisation_id) as session:
        session.add(row)
        session.flush()
        return row.id
