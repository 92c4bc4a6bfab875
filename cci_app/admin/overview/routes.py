"""Figures of a period, and what the installation is at."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.admin.overview import examples
from cci_app.admin.overview.figures import figures
from cci_app.admin.overview.schemas import (
    AllJobsQuery,
    AllJobsResponse,
    OverviewQuery,
    OverviewResponse,
    SystemResponse,
)
from cci_app.admin.overview.system import all_jobs, system
from cci_app.conversation.service import get_conversation
from cci_app.core.http.api import EdgeBlueprint

blueprint = EdgeBlueprint("overview", __name__, url_prefix="/api/v1/admin", description="How it goes")


@blueprint.get("/overview")
@blueprint.arguments(OverviewQuery, location="query")
@blueprint.response(200, OverviewResponse, example=examples.OVERVIEW)
def get_overview(query: dict[str, Any]) -> dict[str, Any]:
    """Tell how a day, a week or a month went, and what somebody may have to look at."""
    organisation_id = current_caller().organisation_id
    specs = get_conversation().catalogue.specs(organisation_id)
    return figures(organisation_id, query["period"], specs, query["language"])


@blueprint.get("/system")
@blueprint.response(200, SystemResponse, example=examples.SYSTEM)
def get_system() -> dict[str, Any]:
    """Tell whether each part answers, how long the queues are, and what waits."""
    return system(current_caller().organisation_id)


@blueprint.get("/jobs")
@blueprint.arguments(AllJobsQuery, location="query")
@blueprint.response(200, AllJobsResponse, example=examples.JOBS)
@blueprint.alt_response(404, "NOT_FOUND")
def list_all_jobs(query: dict[str, Any]) -> dict[str, Any]:
    """List long work of every kind, newest first."""
    jobs = all_jobs(current_caller().organisation_id, **query)
    return {"jobs": jobs, "next": jobs[-1].id if len(jobs) == query["limit"] else None}
