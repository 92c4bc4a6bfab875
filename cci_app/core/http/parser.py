"""The one parser of requests: what a client should never send is refused before anything reads it.

A field that a schema does not know is refused in a body and in a query alike, unless the schema says otherwise: a
mistyped filter must not export everything.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from cci_app.core.text import storable

MAX_DEPTH = 32
# No object that we take has a tenth of it. Each that a schema does not know would be looked up and named.
MAX_FIELDS = 1000
_BRACKETS = re.compile(r"[\[\]{}]")
# How JSON writes a NUL, and half of a character beyond the first plane.
_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


@contextmanager
def reading_body() -> Iterator[None]:
    """Give the sender a 400 for a body that is not framed as HTTP says: the server notices only while we read it.

    Of one in chunks, whose length is told nowhere, werkzeug reads as much as it may; is there more, it is too large.
    """
    try:
        yield
        ends = request.environ.get("wsgi.input_terminated", False)
        if ends and request.content_length is None and request.environ["wsgi.input"].read(1):
            raise RequestEntityTooLarge
    except (ParseException, OSError) as error:
        raise BadRequest("the body did not arrive as HTTP wants it: send it again") from error


def parse_json(body: bytes) -> Any:
    """Read a JSON body; its texts are `storable`.

    Raises BadRequest for malformed JSON, NaN, Infinity, or nesting deeper than 32.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(text)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        # Digits beyond Python's limit for integers raise a plain ValueError.
        where = f" at line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadRequest(f"the body is not valid JSON{where}") from None
    if isinstance(value, dict) and len(value) > MAX_FIELDS:
        raise BadRequest(f"the body has more than {MAX_FIELDS} fields")
    return _storable(value) if _UNSTORABLE.search(text) else value


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {storable(name): _storable(item) for name, item in value.items()}
    return value


def _refuse_constant(constant: str) -> NoReturn:
    raise BadRequest(f"{constant} is not JSON")


def _refuse_depth(text: str) -> None:
    """Count brackets outside strings in one pass. A backslash has a meaning in strings only: elsewhere it is an error,
    at which whatever reads the text stops.
    """
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    depth = 0
    for bracket in _BRACKETS.findall(outside):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels")


class EdgeParser(FlaskParser):
    """webargs' parser with our reading of JSON and of queries. Arguments are 422 errors, as flask-smorest expects."""

    DEFAULT_VALIDATION_STATUS = 422
    # None leaves it to the schema, as webargs does for bodies.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}  # noqa: RUF012 (webargs')

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """Read a query, in which an empty value counts as not given."""
        given = MultiDict((name, value) for name, value in req.args.items(multi=True) if value)
        return self._makeproxy(given, schema)

    def _raw_load_json(self, req: Request) -> Any:
        # The name is webargs' own hook for replacing how JSON is read.
        with reading_body():
            body = req.get_data(cache=True)
        if not body.strip():
            return {}
        if not req.is_json:
            raise BadRequest("send the body as JSON, with the header Content-Type: application/json")
        return parse_json(body)
