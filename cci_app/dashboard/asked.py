"""What a page was asked: the same fields as the API's, read from the address or a form; an empty one is none."""

from typing import Any

import marshmallow as ma
from flask import request

from cci_app.core.errors import InvalidInput


def asked(schema: ma.Schema) -> dict[str, Any]:
    """The query as the API's schema reads it; what the page alone knows is left to it. Raises InvalidInput."""
    return _loaded(schema, request.args.to_dict())


def sent(schema: ma.Schema) -> dict[str, Any]:
    """The form as the API's schema reads it. Raises InvalidInput."""
    return _loaded(schema, request.form.to_dict())


def _loaded(schema: ma.Schema, given: dict[str, str]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(
            {name: value for name, value in given.items() if value.strip()}, unknown=ma.EXCLUDE
        )
    except ma.ValidationError as error:
        raise InvalidInput("the request has invalid fields", details=dict(error.messages_dict)) from error
    return loaded
