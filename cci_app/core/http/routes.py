"""What is open to everybody: whether the process lives, and the API's description.

The documentation page comes from files of our own: it works without internet and under a strict CSP.
"""

from pathlib import Path

import marshmallow as ma
from flask import Response, current_app, render_template, send_from_directory

from cci_app.core.http.api import API_VERSION, EdgeBlueprint, written_description

STATIC = Path(__file__).parent / "static"
# Swagger UI sets style attributes and draws its icons from data addresses.
DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

OPENAPI_SCHEMA = {
    "type": "object",
    "properties": {
        name: {"type": kind} for name, kind in {"openapi": "string", "info": "object", "paths": "object"}.items()
    },
    "required": ["openapi", "info", "paths"],
}
OPENAPI_EXAMPLE = {"openapi": "3.1.0", "info": {"title": "WhatsApp assistant", "version": API_VERSION}, "paths": {}}

# Probes and links add to an address what they like.
blueprint = EdgeBlueprint(
    "public", __name__, any_query=True, template_folder="templates", description="Open to everybody"
)


class HealthResponse(ma.Schema):
    """The process is alive."""

    status = ma.fields.String(required=True, metadata={"example": "ok"})
    version = ma.fields.String(required=True, metadata={"example": API_VERSION})


@blueprint.get("/health", endpoint="get_health_of_host")
@blueprint.get("/api/v1/health", endpoint="get_health")
@blueprint.response(200, HealthResponse, example={"status": "ok", "version": API_VERSION})
def health() -> dict[str, str]:
    """Tell that the process is alive.

    It is answered without touching anything else, so that a probe never waits.
    """
    return {"status": "ok", "version": API_VERSION}


@blueprint.get("/openapi.json")
@blueprint.response(200, OPENAPI_SCHEMA, example=OPENAPI_EXAMPLE)
def get_openapi() -> Response:
    """The description of the API."""
    return Response(written_description(current_app), content_type="application/json")


@blueprint.get("/docs")
@blueprint.response(200, {"type": "string"}, content_type="text/html", example="<!doctype html> ...")
def get_docs() -> Response:
    """The page on which a developer reads and tries the API."""
    response = Response(render_template("docs.html"))
    response.headers["Content-Security-Policy"] = DOCS_CSP
    return response


@blueprint.get("/docs/static/<path:name>", parameters=[{"in": "path", "name": "name", "example": "docs.js"}])
@blueprint.response(200, {"type": "string"}, content_type="*/*", example="// Starts Swagger UI.")
@blueprint.alt_response(404, "NOT_FOUND")
def get_docs_file(name: str) -> Response:
    """A file of the page."""
    response = send_from_directory(STATIC, name, max_age=86_400, conditional=False)
    response.headers["Content-Security-Policy"] = DOCS_CSP
    return response
