"""Fields of requests that are cleaned as they are read."""

from typing import Any

import marshmallow as ma
from flask import current_app

from cci_app.core.errors import InvalidInput
from cci_app.core.phone import to_user_id
from cci_app.core.text import clean


class CleanText(ma.fields.String):
    """Text as it can be stored (see `core.text.clean`), measured in code points after cleaning.

    With `min_length=1` a text of nothing but spaces counts as empty.
    """

    def __init__(self, *, min_length: int = 0, max_length: int, **kwargs: Any) -> None:
        super().__init__(validate=ma.validate.Length(min_length or None, max_length), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        cleaned = clean(text)
        return cleaned if cleaned.strip() else ""


class UserId(ma.fields.String):
    """A person's id: a phone however it is written, kept in E.164, or a channel's id."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return read_user_id(super()._deserialize(value, attr, data, **kwargs), as_field=True)


def read_user_id(written: str, *, as_field: bool = False) -> str:
    """The user id that a caller wrote in a field, or in an address. Raises ValidationError or InvalidInput."""
    try:
        return to_user_id(written, current_app.config["SETTINGS"].default_region)
    except InvalidInput as error:
        if as_field:
            raise ma.ValidationError(error.details["user_id"]) from error
        raise
