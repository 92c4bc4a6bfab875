"""Which agent of an assistant takes a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cci_app.core.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Decision:
    """The agent that takes a message, how sure the router is (0 to 1), and why, in a few words for the record."""

    agent: str
    confidence: float
    why: str


class Router(Protocol):
    """Picks one agent for each message."""

    def route(self, text: str, state: Mapping[str, Mapping[str, Any]], deadline: Deadline) -> Decision:
        """Decide within `deadline`; `state` holds each agent's own state by its name, empty at the start of a run."""
        ...


class FirstAgent:
    """Gives every message to the first agent of the file: all there is to decide where there is one."""

    def __init__(self, agents: Sequence[str]) -> None:
        self._decision = Decision(agents[0], 1.0, "the only agent" if len(agents) == 1 else "the first agent")

    def route(self, text: str, state: Mapping[str, Mapping[str, Any]], deadline: Deadline) -> Decision:  # noqa: ARG002
        """The first agent."""
        return self._decision
