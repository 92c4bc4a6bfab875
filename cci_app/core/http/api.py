"""The API's description: flask-smorest with our error envelope, and what each operation asks of its caller."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import wraps
from typing import Any, Protocol

import marshmallow as ma
from apispec import APISpec
from flask import Flask, current_app
from flask.sansio.app import App
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response

from cci_app.core.errors import InvalidInput
from cci_app.core.http.errors import DOCUMENTED, ErrorResponse
from cci_app.core.http.parser import EdgeParser

API_VERSION = "1.0.0"

_FOR_CALLERS = ("UNAUTHORIZED", "FORBIDDEN", "UNPROCESSABLE_ENTITY", "TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE")
_FOR_BODIES = ("BAD_REQUEST", "REQUEST_ENTITY_TOO_LARGE")
_NO_QUERY = ma.Schema()
# Organisations differ in the assistants that are listed for them; each document has some 200 KB.
_KEPT_DESCRIPTIONS = 20


class Security(Protocol):
    """What callers have to prove, as OpenAPI has it: the schemes by their names, and what an operation asks."""

    schemes: Mapping[str, Mapping[str, Any]]

    def asked(self, blueprint: str, method: str) -> list[dict[str, list[str]]]:
        """The schemes of which one will do, each with its scope or role; none for what is open to everybody."""


class EdgeBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest is untyped
    """A blueprint whose requests are read by the one parser, and whose operations tell all of their errors.

    A view that declares no query takes none, unless `any_query` says that what stands there does not matter.
    """

    ARGUMENTS_PARSER = EdgeParser()

    def __init__(self, *args: Any, any_query: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._any_query = any_query
        self._prepare_doc_cbks.append(self._prepare_caller_doc)

    def add_url_rule(self, rule: str, endpoint: Any = None, view_func: Any = None, *args: Any, **options: Any) -> None:
        """Register a view, which refuses a query that it does not declare."""
        checked = view_func if self._any_query or _declares_query(view_func) else self._without_query(view_func)
        super().add_url_rule(rule, endpoint, checked, *args, **options)

    def _without_query(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            self.ARGUMENTS_PARSER.parse(_NO_QUERY, location="query")
            return view(*args, **kwargs)

        return checked

    def arguments(self, schema: Any, **options: Any) -> Any:
        """One instance of the schema reads all requests: webargs would make one for each.

        A body of which no field is required may as well be none.
        """
        reader = schema() if isinstance(schema, type) else schema
        needed = any(field.required for field in reader.fields.values())
        return super().arguments(reader, **{"required": needed, **options})

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for method, operation in self._docs[endpoint].items():
            if method != "parameters":
                operation["operation_id"] = endpoint

    def _prepare_caller_doc(
        self, doc: dict[str, Any], doc_info: dict[str, Any], *, api: "EdgeApi", method: str, **_: Any
    ) -> dict[str, Any]:
        doc["operationId"] = doc_info["operation_id"]
        responses = doc.setdefault("responses", {})
        doc["security"] = api.security.asked(self.name, method)
        if doc["security"]:
            _add(responses, _FOR_CALLERS)
        if "requestBody" in doc or "requestBody" in doc_info.get("manual_doc", {}):
            _add(responses, _FOR_BODIES)
        return doc


def _declares_query(view: Any) -> bool:
    arguments = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(parameter["in"] == "query" for parameter in arguments.get("parameters", ()))


def _add(responses: dict[Any, Any], names: Iterable[str]) -> None:
    """Add errors by their names; what a view says itself stays."""
    known = {str(int(status)) for status in responses}
    for name in names:
        status = int(DOCUMENTED[name].status)
        if str(status) not in known:
            responses[status] = name


class EdgeApi(Api):  # type: ignore[misc]
    """flask-smorest's Api without its error handler: ours gives every error one envelope."""

    ERROR_SCHEMA = ErrorResponse
    # A response for "any other status" would allow whatever happens: each operation names its errors.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask, security: Security) -> None:
        self.security = security
        self._undescribed: list[EdgeBlueprint] = []
        self._describing = threading.Lock()
        super().__init__(app)

    def register_blueprint(self, blp: EdgeBlueprint, **_: Any) -> None:
        """Serve a blueprint. It is described when somebody asks: that is a third of what a start would take."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._undescribed.append(blp)

    @property
    def described(self) -> APISpec:
        """The description of all blueprints."""
        with self._describing:
            while self._undescribed:
                blueprint = self._undescribed.pop(0)
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
        spec: APISpec = self.spec
        return spec

    def _register_error_handlers(self) -> None:
        """Leave errors to `core.http.errors`."""

    def _register_responses(self) -> None:
        for name, error in DOCUMENTED.items():
            response = {"description": error.description, "schema": ErrorResponse, "example": error.example}
            if error.retry_after:
                response["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}
            prepare_response(response, self.spec, self.DEFAULT_RESPONSE_CONTENT_TYPE)
            self.spec.components.response(name, response, lazy=True)

    def _register_etag_headers(self) -> None:
        """We have none."""

    def _register_pagination_header(self) -> None:
        """We have none."""


def make_api(app: Flask, security: Security) -> EdgeApi:
    """Attach the API's description to the application."""
    app.config["API_TITLE"] = "WhatsApp assistant"
    app.config["API_VERSION"] = API_VERSION
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["API_SPEC_OPTIONS"] = {
        "info": {
            "description": "Send a person's message and get the assistant's reply; watch and manage what was said."
        },
        "components": {"securitySchemes": security.schemes},
    }
    api = EdgeApi(app, security)
    app.extensions["cci_api"] = api
    app.extensions["cci_api_values"] = {}
    app.extensions["cci_api_written"] = {}
    return api


# On a field whose values are not listed, though they are for other fields of its name.
ANY_VALUE = "x-any-value"


def allow_values(app: App, name: str, values: Callable[[], Iterable[str]]) -> None:
    """Let the description list the values that the field or parameter `name` takes from whoever asks for it.

    `values` is called in that request; where it gives none, nothing is listed. What is answered may have others.
    """
    app.extensions["cci_api_values"][name] = values


def check_value(name: str, value: str | None) -> None:
    """Raise InvalidInput for a value that `name` does not take in this installation; None is none."""
    known = sorted(current_app.extensions["cci_api_values"][name]())
    if value is not None and value not in known:
        told = ", ".join(known)
        raise InvalidInput(f"there is no {name} {value}; there are: {told}", details={name: [f"One of: {told}."]})


def written_description(app: Flask) -> bytes:
    """The OpenAPI document of the application as JSON; made once for all to whom the same values are listed."""
    listed = {name: tuple(sorted(values())) for name, values in app.extensions["cci_api_values"].items()}
    kept: dict[tuple[Any, ...], bytes] = app.extensions["cci_api_written"]
    key = tuple(sorted(listed.items()))
    if key not in kept:
        if len(kept) >= _KEPT_DESCRIPTIONS:
            kept.clear()
        kept[key] = app.json.dumps(_description(app, listed)).encode()
    return kept[key]


def _description(app: Flask, listed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    # What is listed for one must not stay in the original for the next.
    document: dict[str, Any] = deepcopy(app.extensions["cci_api"].described.to_dict())
    for node in _of_requests(document):
        for name, allowed in listed.items():
            if allowed:
                _set_values(node, name, list(allowed))
    for path in document["paths"].values():
        for operation in path.values():
            _allow_empty(operation)
    return document


def _of_requests(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object of the description that tells what may be sent, once, with what those refer to."""
    waiting: list[Any] = [document["paths"]]
    followed: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += [value for key, value in node.items() if key != "responses"]
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in followed:
                followed.add(name)
                waiting.append(document["components"]["schemas"][name])


def _allow_empty(operation: Any) -> None:
    """Say that a query may hold empty values, which the parser takes for none."""
    parameters = operation.get("parameters", []) if isinstance(operation, dict) else operation
    for parameter in parameters:
        if parameter["in"] == "query":
            parameter["allowEmptyValue"] = True


def _set_values(node: dict[str, Any], name: str, values: list[str]) -> None:
    """Tell what a parameter, or a property of a schema, takes; a filter also takes what there was."""
    if node.get("name") == name and "schema" in node:
        node["example"] = values[0]
        if not node["schema"].pop(ANY_VALUE, False):
            node["schema"]["enum"] = values
    field = node.get("properties", {}).get(name) if isinstance(node.get("properties"), dict) else None
    if field:
        field["example"] = values[0]
        field["enum"] = [*values, "", None] if "null" in field.get("type", ()) else values
