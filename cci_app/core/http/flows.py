"""Bodies that authors of flows compose: every field they have is sent, filled in or not, a number as a number."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import CleanText
from cci_app.core.nothing import is_nothing

# As deep as anything is put into an object that flows send.
_DEEPEST = 3


class FlowSchema(ma.Schema):
    """A schema whose optional fields may be there and empty: null, "", a word for nothing or an unfilled placeholder.

    Such a field counts as not given, and so does one of `false` or of a list or an object that holds nothing else.
    Where a text is wanted, a number is its digits. What a person wrote (a field of `said`) is kept whatever it says.
    Fields that we do not know are ignored.
    """

    class Meta:
        unknown = ma.EXCLUDE

    said: tuple[str, ...] = ()

    @ma.pre_load
    def _leave_out_what_is_not_given(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        given: dict[str, Any] = {}
        for name, field in self.fields.items():
            key = field.data_key or name
            if key not in data:
                continue
            value = _as_text(data[key]) if isinstance(field, CleanText) else data[key]
            said = name in self.said and isinstance(value, str) and value
            if field.required or said or not _is_empty(value):
                given[key] = value
        return given


def _is_empty(value: Any, deep: int = 0) -> bool:
    if isinstance(value, str):
        return is_nothing(value)
    if isinstance(value, Mapping | list):
        inner = value.values() if isinstance(value, Mapping) else value
        return deep < _DEEPEST and all(_is_empty(each, deep + 1) for each in inner)
    return value is None or value is False


def _as_text(value: Any) -> Any:
    """A number as its digits, `12.0` as 12; whatever else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
