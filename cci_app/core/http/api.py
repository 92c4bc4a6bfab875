"""The API's description: flask-smorest with our error envelope, and the key in its security scheme."""

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from cci_app.core.http.errors import ErrorResponse
from cci_app.core.http.parser import EdgeParser

API_VERSION = "1.0.0"


class EdgeBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest is untyped
    """A blueprint whose requests are read by the one parser."""

    ARGUMENTS_PARSER = EdgeParser()


class EdgeApi(Api):  # type: ignore[misc]
    """flask-smorest's Api without its error handler: ours gives every error one envelope."""

    ERROR_SCHEMA = ErrorResponse

    def _register_error_handlers(self) -> None:
        """Leave errors to `core.http.errors`."""


def make_api(app: Flask) -> Any:
    """Attach the API's description to the application."""
    app.config["API_TITLE"] = "WhatsApp assistant"
    app.config["API_VERSION"] = API_VERSION
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["API_SPEC_OPTIONS"] = {
        "info": {
            "description": "Send a person's message and get the assistant's reply; watch and manage what was said."
        },
        "components": {
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            }
        },
        "security": [{"apiKey": []}, {"bearer": []}],
    }
    api = EdgeApi(app)
    app.extensions["cci_api"] = api
    return api
