"""The API's documentation page, from files of our own: it works without internet and under a strict CSP."""

from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, render_template, send_from_directory

from cci_app.core.http.api import EdgeBlueprint

HERE = Path(__file__).parent
# Swagger UI sets style attributes and draws its icons from data addresses.
DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

blueprint = EdgeBlueprint("docs", __name__, template_folder="templates", description="This description")


@blueprint.get("/openapi.json")
@blueprint.response(200, {"type": "object"})
@blueprint.doc(security=[])
def openapi() -> Response:
    """The description of the API."""
    description: dict[str, Any] = current_app.extensions["cci_api"].spec.to_dict()
    return jsonify(description)


@blueprint.get("/docs")
@blueprint.response(200, {"type": "string"}, content_type="text/html")
@blueprint.doc(security=[])
def docs() -> Response:
    """The page on which a developer reads and tries the API."""
    response = Response(render_template("docs.html"))
    response.headers["Content-Security-Policy"] = DOCS_CSP
    return response


@blueprint.get("/docs/static/<path:name>")
@blueprint.response(200, {"type": "string"}, content_type="application/octet-stream")
@blueprint.doc(security=[], parameters=[{"in": "path", "name": "name", "example": "docs.js"}])
def static_file(name: str) -> Response:
    """A file of the page."""
    response = send_from_directory(HERE / "static", name, max_age=86_400)
    response.headers["Content-Security-Policy"] = DOCS_CSP
    return response
