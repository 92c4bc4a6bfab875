"""One envelope for every error: `{"error": {"code", "message", "details", "request_id"}}`."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import marshmallow as ma
import structlog
from flask import Flask, Response, g, jsonify, request
from psycopg2 import errorcodes
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from cci_app.core.errors import CciError, InvalidInput, NotFound, Unavailable

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
# What PostgreSQL refuses of a value that a request names, where nothing before it did.
_REFUSED_VALUES = {
    errorcodes.FOREIGN_KEY_VIOLATION: "an id names what there is not, or what others still need",
    errorcodes.NUMERIC_VALUE_OUT_OF_RANGE: "a number is larger than can be kept",
    errorcodes.DATETIME_FIELD_OVERFLOW: "a date lies further away than can be kept",
    errorcodes.INVALID_TIME_ZONE_DISPLACEMENT_VALUE: "a time is further from UTC than any zone is",
    errorcodes.STRING_DATA_RIGHT_TRUNCATION: "a text is longer than can be kept",
}
_CODES = {400: "bad_request", 413: "body_too_large", 422: "validation_error", 429: "too_many_requests"}


# Of what is wrong with a request, so many texts are told, none longer than that.
_MOST_NAMED = 50
_LONGEST_TOLD = 200
_SENTENCES = {
    404: "there is nothing at this address; /docs lists what there is",
    405: "this address does not take this method; the header Allow lists those it takes",
}


class ErrorBody(ma.Schema):
    """What went wrong: a stable code, a sentence, the fields or figures it is about, and the id of the request."""

    code = ma.fields.String(required=True, metadata={"example": "validation_error"})
    message = ma.fields.String(required=True, metadata={"example": "the request has invalid fields"})
    details = ma.fields.Dict(required=True, metadata={"example": {"user_id": ["Missing data for required field."]}})
    request_id = ma.fields.String(required=True, metadata={"example": "7d3c9f1e2b4a4c0f8d6e5a4b3c2d1e0f"})


class ErrorResponse(ma.Schema):
    """The envelope of every error."""

    error = ma.fields.Nested(ErrorBody, required=True)


@dataclass(frozen=True, slots=True)
class DocumentedError:
    """An error as the API's description shows it."""

    status: HTTPStatus
    description: str
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)
    retry_after: bool = False

    @property
    def example(self) -> dict[str, Any]:
        """The envelope with this error in it."""
        body = {"code": self.code, "message": self.message, "details": self.details, "request_id": _EXAMPLE_ID}
        return {"error": body}


_EXAMPLE_ID = "7d3c9f1e2b4a4c0f8d6e5a4b3c2d1e0f"
# By the names under which operations refer to them; those of flask-smorest where it adds them itself.
DOCUMENTED: dict[str, DocumentedError] = {
    "BAD_REQUEST": DocumentedError(
        HTTPStatus.BAD_REQUEST,
        "The body cannot be read",
        "bad_request",
        "the body is not valid JSON at line 1 column 2",
    ),
    "UNAUTHORIZED": DocumentedError(
        HTTPStatus.UNAUTHORIZED,
        "No key, or not a valid one",
        "unauthorized",
        "send your API key in the header X-API-Key",
    ),
    "FORBIDDEN": DocumentedError(
        HTTPStatus.FORBIDDEN,
        "The key lacks the scope",
        "forbidden",
        "this key lacks the scope admin",
        {"scope": "admin"},
    ),
    "NOT_FOUND": DocumentedError(
        HTTPStatus.NOT_FOUND, "There is no such thing for this organisation", "not_found", "there is no such job"
    ),
    "CONFLICT": DocumentedError(
        HTTPStatus.CONFLICT,
        "The request does not fit the present state of things",
        "conflict",
        "CONTACTS_EXCEL_PATH is not set: send the workbook with the request",
    ),
    "GONE": DocumentedError(
        HTTPStatus.GONE,
        "It was used, or is over",
        "link_over",
        "this link was used or is too old: ask for a new one",
    ),
    "REQUEST_ENTITY_TOO_LARGE": DocumentedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "body_too_large",
        "the body is larger than the 1,048,576 bytes that this address takes",
    ),
    "UNSUPPORTED_MEDIA_TYPE": DocumentedError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The content is of no kind that this address takes",
        "unsupported_media_type",
        "The file is not a PDF, Word (.docx), HTML, Markdown or plain text: save it as one of these.",
    ),
    "REQUESTED_RANGE_NOT_SATISFIABLE": DocumentedError(
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        "The file has no such range of bytes",
        "requested_range_not_satisfiable",
        "The server cannot provide the requested range.",
    ),
    "UNPROCESSABLE_ENTITY": DocumentedError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "A value cannot be accepted; `details` names the field",
        "validation_error",
        "the request has invalid fields",
        {"user_id": ["Missing data for required field."]},
    ),
    "TOO_MANY_REQUESTS": DocumentedError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "too_many_requests",
        "too many requests: wait and send again",
        {"limit": "120 per 1 minute"},
        retry_after=True,
    ),
    "SERVICE_UNAVAILABLE": DocumentedError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Something that the request needs is down",
        "unavailable",
        "the database cannot be reached: try again",
        retry_after=True,
    ),
}


def error_response(
    status: int, code: str, message: str, details: dict[str, Any] | None = None, retry_after: int | None = None
) -> Response:
    """The envelope as a response; `retry_after` in seconds."""
    request_id = getattr(g, "request_id", "")
    body = {"code": code, "message": message, "details": details or {}, "request_id": request_id}
    response = jsonify({"error": body})
    response.status_code = status
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def init_errors(app: Flask) -> None:
    """Give every exception that leaves a view its envelope."""
    app.register_error_handler(CciError, _handle_ours)
    app.register_error_handler(HTTPException, _handle_http)
    app.register_error_handler(DBAPIError, _handle_database)
    app.register_error_handler(PoolTimeout, _handle_database)
    app.register_error_handler(StaleDataError, _handle_removed)
    app.register_error_handler(ObjectDeletedError, _handle_removed)
    app.register_error_handler(Exception, _handle_unexpected)


def _handle_ours(error: CciError) -> Response:
    return error_response(error.status, error.code, error.message, error.details, error.retry_after)


def _handle_http(error: HTTPException) -> Response:
    status = error.code or 500
    data: dict[str, Any] = getattr(error, "data", None) or {}
    if "messages" in data:
        # webargs groups the messages by where it looked (json, query, ...): callers know their fields, not our groups.
        named = {name: texts for group in data["messages"].values() for name, texts in _fields(group).items()}
        fields = _bounded(named, [_MOST_NAMED])
        return error_response(status, _CODES.get(status, "bad_request"), "the request has invalid fields", fields)
    code = _CODES.get(status, HTTP_STATUS_CODES.get(status, "error").lower().replace(" ", "_").replace("'", ""))
    # werkzeug's own sentences speak to the reader of a page, ours to the caller of an API.
    plain = _plain(status) if error.description == type(error).description else None
    response = error_response(status, code, plain or error.description or HTTP_STATUS_CODES.get(status, "error"))
    if error.response is None:
        for name, value in error.get_headers():
            if name not in {"Content-Type", "Content-Length"}:
                response.headers[name] = value
    return response


def _plain(status: int) -> str | None:
    if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _SENTENCES.get(status)
    most, sent = request.max_content_length, request.content_length
    # A body that fits may still have a field that does not.
    limit = f"the {most:,} bytes that " if most is not None and (sent is None or sent > most) else ""
    return f"the body is larger than {limit}this address takes"


def _fields(group: Any) -> dict[str, Any]:
    return {str(name): texts for name, texts in group.items()} if isinstance(group, dict) else {"body": group}


def _bounded(told: Any, left: list[int]) -> Any:
    """`told` with as many texts as are left, and no name or text longer than a screen shows: the rest adds nothing."""
    if isinstance(told, dict):
        kept: dict[str, Any] = {}
        for name, texts in told.items():
            if left[0] <= 0:
                kept["…"] = ["There are more."]
                break
            kept[str(name)[:_LONGEST_TOLD]] = _bounded(texts, left)
        return kept
    if isinstance(told, list):
        return [_bounded(text, left) for text in told[: max(left[0], 0)]]
    left[0] -= 1
    return told[:_LONGEST_TOLD] if isinstance(told, str) else told


def _handle_database(error: Exception) -> Response:
    refused = _REFUSED_VALUES.get(getattr(getattr(error, "orig", None), "pgcode", None) or "")
    if refused is not None:
        log.warning("value_refused", error=type(error).__name__)
        return _handle_ours(InvalidInput(refused))
    unreachable = isinstance(error, PoolTimeout | OperationalError) or getattr(error, "connection_invalidated", False)
    if not unreachable:
        return _handle_unexpected(error)
    log.error("database_unavailable", error=type(error).__name__)
    return _handle_ours(Unavailable("the database cannot be reached: try again", retry_after=RETRY_AFTER_SECONDS))


def _handle_removed(_: Exception) -> Response:
    """Of two at the same thing one removed it: for the other there is none."""
    return _handle_ours(NotFound("it was removed in this moment"))


def _handle_unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    return error_response(500, "internal_error", "something went wrong on our side; the request id helps us find it")
