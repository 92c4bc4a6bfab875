"""Forms that models fill in: what may come in many shapes is read, what cannot be right is refused.

A model writes null into what it leaves out, a capital into a name, a number as text; a service that speaks as another
puts the form into the content, a fence or under another name. The one JSON that fits the form is the form.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo

# Longer content is no form, and so many beginnings of an object in it are prose.
_LONGEST: Final = 20_000
_MOST_OBJECTS: Final = 32
_NESTED: Final = 5
# Where services put the arguments beside the name of the tool.
ARGUMENTS: Final = ("arguments", "parameters", "input", "args")
# What no text of a person's is, where an empty one may stand; and what says nothing where that may. "No" is a text.
_NO_TEXT: Final = frozenset({"null", "undefined"})
_NOTHING: Final = _NO_TEXT | {"", "none", "nil", "n/a", "nan", "-"}
_FLAGS: Final = {
    **dict.fromkeys(["true", "yes", "on", "1", "vrai", "oui", "verdadero", "si", "sí"], True),
    **dict.fromkeys(["false", "no", "off", "0", "faux", "non", "falso"], False),
}


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
        for written, value in given.items():
            name = choice(str(written), cls.model_fields)
            if name is None:
                # Passed over, or refused, as the form says of what it does not ask for.
                read[str(written)] = value
                continue
            field = cls.model_fields[name]
            meant = _meant(value, field)
            if meant is not None or field.is_required():
                read[name] = meant
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
    wanted = [get_origin(kind) or kind for kind in kinds]
    if any(kind in {list, tuple, set} for kind in wanted):
        return _listed(value)
    if not any(isinstance(kind, type) and issubclass(kind, dict | BaseModel) for kind in wanted):
        value = alone(value)
    if not isinstance(value, str):
        return value
    words = value.strip()
    if allowed := [each for kind in kinds for each in _allowed(kind)]:
        meant = choice(words, allowed)
        return words if meant is None and not is_left_open(words) else meant
    if bool in kinds and (flag := as_flag(words)) is not None:
        return flag
    if str in kinds and NoneType not in kinds:
        return None if words.lower() in _NO_TEXT and not field.is_required() else value
    if is_left_open(words):
        return None
    return value if str in kinds else words


def _listed(value: Any) -> Any:
    """A list, where one value stands for it or it was written as a text."""
    if isinstance(value, str):
        value = written_out(value, list)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return [] if isinstance(value, str) and is_left_open(value) else [value]
    return value


def alone(value: Any) -> Any:
    """A single value that was put into a list; None for a list or an object that holds nothing."""
    if isinstance(value, list | Mapping) and not value:
        return None
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def written_out(text: str, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """The list or the object that a text holds as JSON; the text where it holds none."""
    try:
        found = json.loads(text) if text.lstrip().startswith(("[", "{")) and len(text) <= _LONGEST else text
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, kind) else text


def is_left_open(words: str) -> bool:
    """Whether this is how a model writes that there is nothing."""
    return words.strip().lower() in _NOTHING


def as_flag(words: str) -> bool | None:
    """Whether this says yes or no; None where it says neither."""
    return _FLAGS.get(words.strip().lower())


def choice(words: str, allowed: Iterable[Any]) -> Any:
    """The one of the allowed values that is meant, whatever its case, padding and signs; None where none is.

    Signs count where they are all there is (`<=`), and before figures.
    """
    exact = {str(each).lower(): each for each in allowed}
    key = words.strip().lower()
    if key in exact:
        return exact[key]
    said = {_letters(key), _letters(key.rpartition(".")[2])} - {""}
    found = [each for name, each in exact.items() if _letters(name) in said and not _letters(name).isdecimal()]
    return found[0] if len(found) == 1 else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _kinds(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in {list, tuple, set, dict, Literal}:
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
    offered = [found for name, arguments in called if _is_name(name, form) for found in _objects(arguments, form)]
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
    """Whether a tool's name is the form's, whatever stands around it; it is the only one, so none is needed."""
    return not name.strip() or known_name(name, [form.__name__]) is not None


def known_name(written: str, names: Collection[str]) -> str | None:
    """The tool that a name means, in any case, with what services put before and behind it.

    `functions.search:0`, `functions__search`, `search<|channel|>commentary` are `search`; None where it is no tool's.
    """
    if written in names:
        return written
    words = [word.lower() for word in (*re.split(r"[^\w-]+", written), *re.split(r"[^\w-]+|__", written))]
    return next((known for known in names if known.lower() in words), None)


def objects_in(written: Any) -> list[Mapping[str, Any]]:
    """The objects that the arguments of a call may stand for, whatever they were put into."""
    return list(_objects(written))


def _objects(written: Any, form: type[BaseModel] | None = None, depth: int = _NESTED) -> Iterator[Mapping[str, Any]]:
    """The objects that arguments or a content may stand for. With a form, what it was wrapped in is opened."""
    if depth == 0:
        return
    if isinstance(written, Mapping):
        wrapped = form is not None and all(choice(str(name), form.model_fields) is None for name in written)
        inner = [found for each in written.values() for found in _objects(each, form, depth - 1)] if wrapped else []
        yield from inner or [written]
    elif isinstance(written, list):
        for each in written[:_MOST_OBJECTS]:
            yield from _objects(each, form, depth - 1)
    elif isinstance(written, str):
        for found in _in_text(written):
            yield from _objects(found, form, depth - 1)


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
