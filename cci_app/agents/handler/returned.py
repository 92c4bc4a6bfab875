"""What a function of another program returned: an object read as a dictionary, a text as the number it means."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from numbers import Number
from typing import Any

from cci_app.core.text import fold
from cci_app.llm.forms import as_flag, written_out

_LARGEST_NUMBER = 2**31 - 1  # of a PostgreSQL integer
# 7, 7.0, 7/7, Q7, question_7.
_NUMBER = re.compile(r"(?:[^\W\d]{1,30}[\s_.-]{0,4})?([0-9]{1,10})(?:[.,]0+)?(?:\s{0,4}/\s{0,4}[0-9]{1,10})?")
# How deep what is told may stand in what was returned: {"data": {"status": {...}}}.
_DEEPEST = 3


def as_dictionary(returned: Any) -> dict[str, Any] | None:
    """What was returned by plain names (see `where`), None where it is no such thing.

    A dictionary, or an object of any kind with fields: a data class, a named tuple, a model; JSON as a text; a list
    with one of them.
    """
    if isinstance(returned, list) and len(returned) == 1:
        returned = returned[0]
    told = simple(returned)
    if isinstance(told, str):
        told = written_out(told, dict)
    if hasattr(told, "_asdict"):
        told = told._asdict()
    elif is_dataclass(told):
        told = {field.name: getattr(told, field.name) for field in fields(told)}
    elif not isinstance(told, Mapping):
        told = getattr(told, "__dict__", None)
    return {_plain(simple(name)): value for name, value in told.items()} if isinstance(told, Mapping) else None


def where(returned: Any, names: Sequence[str], depth: int = _DEEPEST) -> dict[str, Any]:
    """What was returned, there where any of `names` is told: at the top, or else in what it holds; empty for nowhere.

    A name is the same in any case and with any signs between its words: `currentQuestion` is `current_question`.
    """
    told = as_dictionary(returned) or {}
    if any(_plain(name) in told for name in names):
        return told
    found: dict[str, Any] = {}
    for value in told.values() if depth > 1 else ():
        found = where(value, names, depth - 1) | found
    return found


def values(told: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    """What is told under these names, in their order."""
    return [simple(told[name]) for name in map(_plain, names) if name in told]


def simple(value: Any) -> Any:
    """A value as Python's own: the text of bytes, what a member of an enumeration stands for, a scalar of numpy."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Enum):
        return value.value
    return value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value


def number(value: Any) -> int | None:
    """A whole number that can be kept, also one written as a text; None for everything else."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip())
        value = int(found[1]) if found else None
    if isinstance(value, bool) or not isinstance(value, Number):
        return None
    try:
        whole = int(value)  # type: ignore[call-overload]  # a complex one has none
    except (TypeError, ValueError, OverflowError):
        return None
    return whole if whole == value and 0 <= whole <= _LARGEST_NUMBER else None


def count(value: Any) -> int | None:
    """A number, or how many there are where they are told themselves."""
    if isinstance(value, str):
        value = written_out(value, list)
    return len(value) if isinstance(value, Collection) and not isinstance(value, str) else number(value)


def flag(value: Any) -> bool | None:
    """Yes or no, also as a number or a word; None for everything else."""
    if isinstance(value, str):
        return as_flag(fold(value))
    found = int(value) if isinstance(value, bool) else number(value)
    return bool(found) if found in (0, 1) else None


def _plain(name: Any) -> str:
    return re.sub(r"[\W_]", "", fold(str(name)))
