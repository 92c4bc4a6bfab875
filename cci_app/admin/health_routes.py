"""Whether the process is alive: answered without touching anything else, so that a probe never waits."""

from cci_app.admin.schemas import HealthResponse
from cci_app.core.http.api import API_VERSION, EdgeBlueprint

blueprint = EdgeBlueprint("health", __name__, description="Whether the process is alive")


@blueprint.get("/health")
@blueprint.get("/api/v1/health")
@blueprint.response(200, HealthResponse)
@blueprint.doc(security=[])
def health() -> dict[str, str]:
    """Tell that the process is alive."""
    return {"status": "ok", "version": API_VERSION}
