"""Bodies that authors of flows compose: every field they have is sent, filled in or not, a number as a number."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from cci_app.core.http.fields import CleanText
from cci_app.core.nothing import is_nothing


class FlowSchema(ma.Schema):
    """A schema whose optional fields may be there and empty: null, "", a word for nothing or an unfilled placeholder.

    Such a field counts as not given. Where a text is wanted, a number is its digits. What a person wrote (a field of
    `said`) is kept whatever it says. Of an object (a field of `objects`) nothing is given where each of its fields is
    empty. Fields that we do not know are ignored.
    """

    class Meta:
        unknown = ma.EXCLUDE

    said: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

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
            if field.required or not self._is_empty(name, value):
                given[key] = value
        return given

    def _is_empty(self, name: str, value: Any) -> bool:
        if isinstance(value, str):
            return not value if name in self.said else is_nothing(value)
        if name in self.objects and isinstance(value, Mapping):
            return all(each is None or (isinstance(each, str) and is_nothing(each)) for each in value.values())
        return value is None or (name in self.objects and value == [])


def _as_text(value: Any) -> Any:
    """A number as its digits, `12.0` as 12; whatever else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
