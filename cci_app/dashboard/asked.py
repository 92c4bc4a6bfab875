"""What a page was asked: the same fields as the API's, read from the address or a form; an empty one is none."""

from collections.abc import Collection, Mapping
from typing import Any

import marshmallow as ma
from flask import request

from cci_app.core.errors import InvalidInput
from cci_app.core.http.fields import WholeNumber


def asked(schema: ma.Schema) -> dict[str, Any]:
    """The query as the API's schema reads it; what the page alone knows is left to it. Raises InvalidInput."""
    return _filled_in(schema, request.args.to_dict())


def sent(schema: ma.Schema, lists: Collection[str] = ()) -> dict[str, Any]:
    """The form as the API's schema reads it; `lists` are fields of which there may be several. Raises InvalidInput."""
    several = {name: request.form.getlist(name) for name in lists}
    return _filled_in(schema, {**request.form.to_dict(), **several})


def _filled_in(schema: ma.Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    read = {name: _read(schema.fields.get(name), value) for name, value in given.items() if _is_there(value)}
    return loaded(schema, read)


def loaded(schema: ma.Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a page made of a form, as the API's schema reads it. Raises InvalidInput."""
    try:
        read: dict[str, Any] = schema.load(given, unknown=ma.EXCLUDE)
    except ma.ValidationError as error:
        raise InvalidInput("the request has invalid fields", details=dict(error.messages_dict)) from error
    return read


def between_commas(written: str) -> list[str]:
    """What stands in a field between its commas, without what is empty."""
    return [each.strip() for each in written.split(",") if each.strip()]


def _is_there(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _read(field: Any, value: Any) -> Any:
    """A form has nothing but texts; a number of JSON is none."""
    return int(value) if isinstance(field, WholeNumber) and value.isascii() and value.isdigit() else value
