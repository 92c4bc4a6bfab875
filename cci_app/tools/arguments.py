"""The arguments of tools, by a class of ours or by a JSON schema of somebody else's.

A model writes null into what it leaves out, and a number as text: what can only mean one thing is that. A property that
the tool does not have is refused.
"""

from collections.abc import Mapping
from functools import cached_property
from math import isfinite
from typing import Any, Final

import jsonschema_rs
from pydantic import ConfigDict, ValidationError

from cci_app.core.errors import InvalidInput
from cci_app.llm.forms import Form, alone, as_flag, choice, is_left_open, written_out
from cci_app.tools.ports import ArgumentsRefused

LONGEST_SCHEMA: Final = 20_000
_WRONGS: Final = 5


class TypedForm(Form):
    """Arguments of a tool of ours."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """All of it: whoever calls a tool by its schema is told its defaults, too."""
        return super(Form, cls).model_json_schema(*args, **options)


class TypedArguments:
    """Arguments by a class of ours."""

    def __init__(self, form: type[TypedForm]) -> None:
        self._form = form

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """See Arguments."""
        schema = self._form.model_json_schema()
        schema.pop("title", None)
        schema.pop("description", None)
        return {**schema, "properties": {name: _untitled(each) for name, each in schema.get("properties", {}).items()}}

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """See Arguments."""
        try:
            return self._form.model_validate(given).model_dump(mode="json")
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
            raise ArgumentsRefused(
                "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}" for fault in faults)
            ) from None


class SchemaArguments:
    """Arguments by a JSON schema, which is checked when this is made. Raises InvalidInput.

    Its expressions run in linear time, and it refers to nothing outside itself.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        if schema.get("type", "object") != "object":
            raise _unusable("it describes no object")
        if len(str(schema)) > LONGEST_SCHEMA:
            raise _unusable(f"it is longer than {LONGEST_SCHEMA} characters")
        self.schema: Mapping[str, Any] = {"properties": {}, **schema, "type": "object", "additionalProperties": False}
        properties = self.schema["properties"]
        if not isinstance(properties, Mapping):
            raise _unusable("its properties are no object")
        self._properties: Mapping[str, Any] = properties
        self._required = frozenset(map(str, schema.get("required") or ()))
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                dict(self.schema), pattern_options=jsonschema_rs.RegexOptions(), retriever=_nothing_outside
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
            raise _unusable(str(error).splitlines()[0][:200]) from None

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """See Arguments."""
        read = {}
        for name, value in given.items():
            described = self._properties.get(name)
            meant = _meant(value, described) if isinstance(described, Mapping) else value
            if meant is not None or name in self._required or name not in self._properties or _allows_null(described):
                read[name] = meant
        wrongs = [
            f"{'.'.join(map(str, error.instance_path)) or 'arguments'}: {error.message[:200]}"
            for error, _ in zip(self._validator.iter_errors(read), range(_WRONGS), strict=False)
        ]
        if wrongs:
            raise ArgumentsRefused("; ".join(wrongs))
        return read


def _untitled(described: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in described.items() if name != "title"}


def _unusable(why: str) -> InvalidInput:
    told = f"the JSON schema cannot be used: {why}"
    return InvalidInput(told, details={"arguments": [told]})


def _nothing_outside(address: str) -> Any:
    raise ValueError(f"{address} is outside the schema")


def _kinds(described: Any) -> list[Mapping[str, Any]]:
    """What a property may be: itself, and each of the schemas between which it lets a model choose."""
    if not isinstance(described, Mapping):
        return []
    several = [each for name in ("anyOf", "oneOf") for each in described.get(name) or () if isinstance(each, Mapping)]
    return [described, *several]


def _types(described: Any) -> frozenset[str]:
    named = [each.get("type", ()) for each in _kinds(described)]
    return frozenset(each for told in named for each in ([told] if isinstance(told, str) else told))


def _allows_null(described: Any) -> bool:
    return "null" in _types(described)


def _meant(value: Any, described: Mapping[str, Any]) -> Any:
    """The value as the schema wants it; None where nothing was filled in."""
    types = _types(described)
    if isinstance(value, list | dict) and types and ("array" if isinstance(value, list) else "object") not in types:
        value = alone(value)
    if not isinstance(value, str):
        return value
    words = value.strip()
    allowed = [each for kind in _kinds(described) for each in kind.get("enum") or ()]
    if allowed:
        meant = choice(words, allowed)
        return words if meant is None and not is_left_open(words) else meant
    if not types or "string" in types:
        return None if "null" in types and is_left_open(words) else value
    if "boolean" in types and (flag := as_flag(words)) is not None:
        return flag
    if is_left_open(words):
        return None
    if types & {"integer", "number"} and len(words) < 40:
        return _number(words)
    return written_out(value, list) if "array" in types else written_out(value, dict)


def _number(words: str) -> Any:
    try:
        return int(words)
    except ValueError:
        pass
    try:
        number = float(words)
    except ValueError:
        return words
    return number if isfinite(number) else words
