"""The one parser of request bodies: JSON that a client should never send is refused before anything reads it."""

import json
import re
from typing import Any, NoReturn

from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

MAX_DEPTH = 32
_BRACKETS_OUTSIDE_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', re.DOTALL)


def parse_json(body: bytes) -> Any:
    """Read a JSON body. Raises BadRequest for malformed JSON, NaN, Infinity, or nesting deeper than 32."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(text)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        # Digits beyond Python's limit for integers raise a plain ValueError.
        where = f" at line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadRequest(f"the body is not valid JSON{where}") from None


def _refuse_constant(constant: str) -> NoReturn:
    raise BadRequest(f"{constant} is not JSON")


def _refuse_depth(text: str) -> None:
    depth = 0
    for match in _BRACKETS_OUTSIDE_STRINGS.finditer(text):
        if match.group(1):
            depth += 1
            if depth > MAX_DEPTH:
                raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels")
        elif match.group(2):
            depth -= 1


class EdgeParser(FlaskParser):
    """webargs' parser with our reading of JSON. Arguments are 422 errors, as flask-smorest expects."""

    DEFAULT_VALIDATION_STATUS = 422

    def _raw_load_json(self, req: Request) -> Any:
        # The name is webargs' own hook for replacing how JSON is read.
        body = req.get_data(cache=True)
        if not body.strip():
            return {}
        if not req.is_json:
            raise BadRequest("send the body as JSON, with the header Content-Type: application/json")
        return parse_json(body)
