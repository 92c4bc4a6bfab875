"""Forms that models fill in: what may come in many shapes is read, what cannot be right is refused.

A model writes null into what it leaves out, a capital into a name, a number as text; a service that speaks as another
puts the form into the content, a fence or under another name. The one JSON that fits the form is the form.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo

# Longer content is no form, and so many beginnings of an object in it are prose.
_LONGEST: Final = 20_000
_MOST_OBJECTS: Final = 32
_NESTED: Final = 3
# Where services put the arguments beside the name of the tool.
ARGUMENTS: Final = ("arguments", "parameters", "input", "args")
_NOTHING: Final = frozenset({"", "null", "none", "n/a", "undefined"})


class Form(BaseModel):
    """A form. A value that can only mean one thing is that thing, whatever type, case or padding it came in."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema as a model reads it with every call: without what says nothing to it, and costs tokens."""
        schema = super().model_json_schema(*args, **options)
        defined = schema.pop("$defs", {})
        schema["properties"] = {
            name: _brief(described, defined) for name, described in schema.get("properties", {}).items()
        }
        return {**schema, "$defs": defined} if "$ref" in json.dumps(schema) else schema

    @model_validator(mode="before")
    @classmethod
    def _read_leniently(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        read = {}
        for name, value in given.items():
            field = cls.model_fields.get(str(name).strip())
            if field is None:
                # Passed over, or refused, as the form says of what it does not ask for.
                read[str(name)] = value
                continue
            meant = _meant(value, field)
            if meant is not None or field.is_required():
                read[str(name).strip()] = meant
        return read


def _brief(described: dict[str, Any], defined: Mapping[str, Any]) -> dict[str, Any]:
    """A field without its default and without null, which may be left out as well; the words of an enumeration."""
    told = dict(described)
    several = [each for each in told.pop("anyOf", []) if each.get("type") != "null"]
    if len(several) == 1:
        told |= several[0]
    elif several:
        told["anyOf"] = several
    words = defined.get(str(told.get("$ref", "")).rpartition("/")[2], {})
    if "enum" in words:
        del told["$ref"]
        told |= {"type": words["type"], "enum": words["enum"]}
    for name in ("default", "title"):
        told.pop(name, None)
    return told


def _meant(value: Any, field: FieldInfo) -> Any:
    """The value as the field wants it; None where nothing was filled in."""
    kinds = _kinds(field.annotation)
    listed = any(get_origin(kind) in {list, tuple, set} for kind in kinds)
    if isinstance(value, list) and not listed and len(value) == 1:
        value = value[0]
    if listed and isinstance(value, str | int | float) and not isinstance(value, bool):
        value = [value] if str(value).strip().lower() not in _NOTHING else []
    if not isinstance(value, str):
        return value
    words = value.strip()
    allowed = {str(each).lower(): each for kind in kinds for each in _allowed(kind)}
    if allowed:
        key = words.lower()
        return allowed.get(key, allowed.get("_".join(key.replace("-", " ").split()), words or None))
    if str not in kinds and words.lower() in _NOTHING:
        return None
    return words if str not in kinds else value


def _kinds(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in {list, tuple, set, Literal}:
        return (annotation,)
    return get_args(annotation) or (annotation,)


def _allowed(kind: Any) -> Sequence[Any]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [each.value for each in kind]
    return get_args(kind) if get_origin(kind) is Literal else ()


def filled_in(form: type[BaseModel], called: Sequence[tuple[str, Any]], content: str) -> Mapping[str, Any] | None:
    """The fields of the one filled-in form among calls of tools (name, arguments) and in the content beside them.

    Where none fits, the arguments of the first call are returned as they are: whoever reads them refuses them. Where
    two that fit differ, there is none.
    """
    offered = [found for name, arguments in called if _is_name(name, form) for found in _objects(arguments)]
    if not offered:
        offered = list(_objects(content, form))
    fitting: dict[str, Mapping[str, Any]] = {}
    for fields in offered:
        try:
            fitting.setdefault(form.model_validate(fields).model_dump_json(), fields)
        except ValidationError:
            continue
    full = {key: fields for key, fields in fitting.items() if fields} or fitting
    if len(full) == 1:
        return next(iter(full.values()))
    return None if full or not offered else offered[0]


def _is_name(name: str, form: type[BaseModel]) -> bool:
    """Whether a tool's name is the form's, with a prefix or in another case."""
    return name.rsplit(".", 1)[-1].rsplit(":", 1)[-1].strip().lower() == form.__name__.lower()


def objects_in(written: Any) -> list[Mapping[str, Any]]:
    """The objects that the arguments of a call may stand for, whatever they were put into."""
    return list(_objects(written))


def _objects(written: Any, form: type[BaseModel] | None = None, depth: int = _NESTED) -> Iterator[Mapping[str, Any]]:
    """The objects that arguments, or a content, may stand for. Of a content (with its form) wrappers are opened."""
    if depth == 0:
        return
    if isinstance(written, Mapping):
        yield from _unwrapped(written, form, depth)
    elif isinstance(written, list):
        for each in written[:_MOST_OBJECTS]:
            yield from _objects(each, form, depth - 1)
    elif isinstance(written, str):
        for found in _in_text(written):
            yield from _objects(found, form, depth - 1)


def _unwrapped(written: Mapping[str, Any], form: type[BaseModel] | None, depth: int) -> Iterator[Mapping[str, Any]]:
    if form is not None:
        inner = [written[name] for name in ARGUMENTS if name in written]
        inner += [value for name, value in written.items() if _is_name(str(name), form)]
        inner += [written[name] for name in ("function", "tool_calls", "function_call") if name in written]
        if inner:
            for each in inner:
                yield from _objects(each, form, depth - 1)
            return
    yield written


def _in_text(text: str) -> Iterator[Any]:
    """The JSON values in a text, each where it begins with a brace; what is no JSON is passed over."""
    if len(text) > _LONGEST:
        return
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(_MOST_OBJECTS):
        at = text.find("{", at)
        if at < 0:
            return
        try:
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
        else:
            yield found
