"""Where assistants come from: a folder of files, a table of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from cci_app.assistants.spec import AssistantSpec


@dataclass(frozen=True, slots=True)
class AssistantKey:
    """What tells one assistant from all others: the short name of the organisation whose it is, name and version."""

    owner: str
    name: str
    version: int


class AssistantSource(Protocol):
    """One place that assistants are kept in."""

    def serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        """The assistants that an organisation's people may talk to, by name, each in the version that answers them."""
        ...

    def version(self, organisation_id: int, name: str, version: int) -> AssistantKey | None:
        """That version of one of them, whether it answers anybody or not; None where this place has none of it."""
        ...

    def forget(self, organisation_id: int) -> None:
        """Look again which assistants of an organisation there are."""
        ...

    def spec(self, key: AssistantKey) -> AssistantSpec | None:
        """What the assistant is made of; None where this place does not keep it."""
        ...
