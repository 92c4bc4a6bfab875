"""What a server says of its tools, pinned: a tool whose definition changed is off until somebody looks at it.

A description is read by a model: a server could change it into instructions after somebody had approved it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cci_app.core.errors import InvalidInput
from cci_app.tools.arguments import SchemaArguments

MOST_TOOLS: Final = 100
_LONGEST_DESCRIPTION: Final = 2_000
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_NOT_OF_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME: Final = 64


class DefinitionState(StrEnum):
    """Whether a tool of a server may be called. `unusable`: its schema or name cannot be used."""

    ON = "on"
    CHANGED = "changed"
    GONE = "gone"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A tool as its server describes it."""

    name: str
    description: str
    arguments: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of all that a model reads of it, in hex."""
        told = json.dumps([self.name, self.description, self.arguments], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def is_usable(self) -> bool:
        """Whether a model can be offered it."""
        try:
            SchemaArguments(self.arguments)
        except InvalidInput:
            return False
        return _NAME.fullmatch(self.name) is not None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A definition as it was first seen, or accepted since, and whether the server still says the same."""

    definition: ToolDefinition
    digest: str
    state: DefinitionState

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        told = {"description": self.definition.description, "arguments": dict(self.definition.arguments)}
        return {**told, "digest": self.digest, "state": self.state.value}


def read_pinned(kept: Mapping[str, Any]) -> dict[str, Pinned]:
    """What was kept, by name."""
    return {
        name: Pinned(
            ToolDefinition(name, each["description"], each["arguments"]),
            each["digest"],
            DefinitionState(each["state"]),
        )
        for name, each in kept.items()
    }


def compared(pinned: Mapping[str, Pinned], told: Iterable[ToolDefinition], *, accept: bool) -> dict[str, Pinned]:
    """The pins after the server has told its tools. New ones are pinned; changed ones are off, unless accepted."""
    now = {each.name[:128]: each for each in list(told)[:MOST_TOOLS]}
    after: dict[str, Pinned] = {}
    for name, definition in now.items():
        known = pinned.get(name)
        if known is None or accept or known.digest == definition.digest:
            state = DefinitionState.ON if definition.is_usable else DefinitionState.UNUSABLE
            after[name] = Pinned(_cut(definition), definition.digest, state)
        else:
            after[name] = Pinned(known.definition, known.digest, DefinitionState.CHANGED)
    for name, known in pinned.items():
        if name not in now and not accept:
            after[name] = Pinned(known.definition, known.digest, DefinitionState.GONE)
    return after


def offered_name(server: str, tool: str) -> str:
    """The name by which a model knows a server's tool; two servers' tools of one name are apart."""
    return _NOT_OF_NAMES.sub("_", f"{server}__{tool}")[:_LONGEST_NAME]


def _cut(definition: ToolDefinition) -> ToolDefinition:
    usable = definition.arguments if definition.is_usable else {}
    return ToolDefinition(definition.name[:128], definition.description[:_LONGEST_DESCRIPTION], usable)
