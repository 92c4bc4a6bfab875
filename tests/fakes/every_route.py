"""Routes of a URL map, or as `flask routes` lists them, and their addresses."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask

_LINE = re.compile(r"(\S+) +([A-Z]+(?:, [A-Z]+)*) +(/.*?) *")
_ARGUMENT = re.compile(r"<(?:([^<>]*):)?(\w+)>")
# What nothing has, by the kind of an argument; any word will do for the rest.
_NOTHING = {"int": str(10**12), "uuid": str(uuid.UUID(int=1))}
_NO_ROUTES = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Route:
    """A method on a rule of the URL map, as `/tasks/<int:task_id>`."""

    method: str
    rule: str
    endpoint: str

    @property
    def blueprint(self) -> str:
        """The name of its blueprint."""
        return self.endpoint.rpartition(".")[0]

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"

    @property
    def arguments(self) -> frozenset[str]:
        """The names of what its address is filled with."""
        return frozenset(name for _, name in _ARGUMENT.findall(self.rule))

    def address(self, values: Mapping[str, Any]) -> str:
        """The address with those values. Raises KeyError for an argument that has none."""
        return _ARGUMENT.sub(lambda found: quote(str(values[found[2]]), safe="+:@"), self.rule)

    @property
    def nothing(self) -> dict[str, str]:
        """By argument, the value of something that is not there."""
        return {name: _of_nothing(kind) for kind, name in _ARGUMENT.findall(self.rule)}

    def made_up(self) -> str:
        """An address of something that is not there."""
        return self.address(self.nothing)


def _of_nothing(kind: str) -> str:
    """A value that the argument takes; the first of those that are named."""
    if kind.startswith("any("):
        return kind.removeprefix("any(").partition(",")[0]
    return _NOTHING.get(kind, "x")


def of_application(app: Flask) -> list[Route]:
    """Every route of an application."""
    return [
        Route(method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - _NO_ROUTES)
    ]


def listed(text: str) -> list[Route]:
    """Every route in what `flask routes --all-methods` printed."""
    found = filter(None, map(_LINE.fullmatch, text.splitlines()))
    return [
        Route(method, rule, endpoint)
        for endpoint, methods, rule in (each.groups() for each in found)
        for method in methods.split(", ")
        if method not in _NO_ROUTES
    ]
