"""Fields of requests that are cleaned as they are read, and pages of lists."""

from typing import Any

import marshmallow as ma
from flask import current_app

from cci_app.core.csv_file import Separator
from cci_app.core.errors import InvalidInput
from cci_app.core.http.api import ANY_VALUE
from cci_app.core.phone import to_user_id
from cci_app.core.text import clean

# Of a bigint, as PostgreSQL counts rows.
HIGHEST_ID = 2**63 - 1
# What `core.phone.to_user_id` accepts: 6 to 15 digits however they are set apart, or a channel's id; not the shortest
# words for nothing, an id of nothing but zeros, or a kind without an id.
USER_ID_PATTERN = (
    r"^(?!\s*([A-Za-z][A-Za-z0-9_.-]*:+|[A-Z]{2}\.)*[+0._:=\s()-]*(@[A-Za-z0-9_.]*)?\s*$)(?!\s*[NnSsIi][AaDd]\s*$)"
    r"([\s().-]*\+?[\s().-]*([0-9][\s().-]*){6,15}|\s*[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,159}\s*)$"
)
# A letter and its marks: so many characters at most become one when they are composed.
_MOST_TO_ONE = 4
# At least one character that is more than a space or a control.
NOT_BLANK = r"[^\s\x00-\x1f\x7f-\x9f]"
_USER_ID = {"description": "A WhatsApp number, or a channel's id", "example": "+573001234567"}
USER_ID_PARAMETER = {
    "in": "path",
    "name": "user_id",
    **_USER_ID,
    "schema": {"type": "string", "pattern": USER_ID_PATTERN},
}


class CleanText(ma.fields.String):
    """Text as it can be stored (see `core.text.clean`), measured in code points after cleaning.

    With `min_length=1` a text of nothing but spaces counts as empty.
    """

    def __init__(self, *, min_length: int = 0, max_length: int, **kwargs: Any) -> None:
        self._longest = max_length
        metadata = {**({"pattern": NOT_BLANK} if min_length else {}), **kwargs.pop("metadata", {})}
        super().__init__(validate=ma.validate.Length(min_length or None, max_length), metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > _MOST_TO_ONE * self._longest:
            # Too long however it is cleaned: to clean it would be work for nothing.
            raise ma.ValidationError(f"Longer than maximum length {self._longest}.")
        cleaned = clean(text)
        return cleaned if cleaned.strip() else ""


def some_text(longest: int) -> dict[str, Any]:
    """How a field of a form is described that holds `CleanText` of at most so many characters, and not nothing."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": NOT_BLANK}


def separator_field() -> ma.fields.Enum[Separator]:
    """What is to stand between the cells of a file of CSV."""
    return ma.fields.Enum(
        Separator,
        by_value=True,
        metadata={
            "description": "Between the cells of CSV; by default as Excel has it in the organisation's language",
            "example": "comma",
        },
    )


class AssistantFilter(CleanText):
    """An assistant's name to look for: also of one that there is no more, whose record stays."""

    def __init__(self, **metadata: Any) -> None:
        super().__init__(max_length=64, metadata={"example": "cci", ANY_VALUE: True, **metadata})


class TrueOrFalse(ma.fields.Boolean):
    """A boolean of JSON: neither 1 nor "yes" stands for one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class WholeNumber(ma.fields.Integer):
    """An integer of JSON, which may be written as 6.0; 6.5 is none and is not rounded."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        broken = isinstance(value, float) and not value.is_integer()
        if broken or isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return int(value)


class PageSize(ma.Schema):
    """How much of a list."""

    limit = ma.fields.Integer(
        load_default=50,
        validate=ma.validate.Range(1, 200),
        metadata={"description": "How many at most", "example": 50},
    )


class PageQuery(PageSize):
    """Which page of a list, newest first; every page but the last names the next one as `next`."""

    before = ma.fields.Integer(
        validate=ma.validate.Range(1, HIGHEST_ID),
        metadata={"description": "Those older than this id: `next` of the page before", "example": 4711},
    )


class UserId(ma.fields.String):
    """A person's id: a phone however it is written, kept in E.164, or a channel's id."""

    default_error_messages = {  # noqa: RUF012 (marshmallow's)
        "required": "Missing: send the person's WhatsApp number or the channel's id.",
        "null": "Names nobody: send the person's WhatsApp number or the channel's id.",
        "invalid": "Must be a WhatsApp number or a channel's id, as a string or a whole number.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={**_USER_ID, "pattern": USER_ID_PATTERN, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return read_user_id(super()._deserialize(value, attr, data, **kwargs), as_field=True)


class UserIdOrNumber(UserId):
    """A person's id in a body: flows send a phone as a number too."""

    def __init__(self, **kwargs: Any) -> None:
        numbers = {"type": ["string", "integer"], "minimum": 1}
        super().__init__(metadata=numbers, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        return super()._deserialize(value, attr, data, **kwargs)


def read_user_id(written: str, *, as_field: bool = False) -> str:
    """The user id that a caller wrote in a field, or in an address. Raises ValidationError or InvalidInput."""
    try:
        return to_user_id(written, current_app.config["SETTINGS"].default_region)
    except InvalidInput as error:
        if as_field:
            raise ma.ValidationError(error.details["user_id"]) from error
        raise
