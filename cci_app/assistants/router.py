"""Which agent of an assistant takes a message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

from pydantic import Field, StringConstraints

from cci_app.agents.ports import ROUTER, Routed
from cci_app.core.deadline import Deadline
from cci_app.language.localised import Content, LocalisedList, Plain

IntentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


@dataclass(frozen=True, slots=True)
class Decision:
    """The agent that takes a message, how sure the router is (0 to 1), and why, in a few words for the record."""

    agent: str
    confidence: float
    why: str
    routed: Routed = field(default_factory=Routed)


class Router(Protocol):
    """Picks one agent for each message."""

    def route(
        self,
        text: str,
        state: Mapping[str, Mapping[str, Any]],
        deadline: Deadline,
        *,
        organisation_id: int | None = None,
    ) -> Decision:
        """Decide within `deadline`; `state` holds each agent's own state by its name, empty at the start of a run."""
        ...

    def remembered(self, decision: Decision) -> Mapping[str, Mapping[str, Any]]:
        """What of a decision is kept in the state for the next one."""
        ...


class FirstAgent:
    """Gives every message to the first agent of the file: all there is to decide where there is one."""

    def __init__(self, agents: Sequence[str]) -> None:
        self._decision = Decision(agents[0], 1.0, "the only agent" if len(agents) == 1 else "the first agent")

    def route(
        self,
        text: str,  # noqa: ARG002
        state: Mapping[str, Mapping[str, Any]],  # noqa: ARG002
        deadline: Deadline,  # noqa: ARG002
        *,
        organisation_id: int | None = None,  # noqa: ARG002
    ) -> Decision:
        """The first agent."""
        return self._decision

    def remembered(self, decision: Decision) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002
        """Nothing."""
        return {}


class RoutedIntent(Content):
    """What a message may want: `examples` of how people say it, the agent that does it, and how it is called.

    `means` says it to a model. `title` is offered where the router is in doubt; without one it never is.
    """

    agent: str
    means: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    title: Plain | None = None
    examples: LocalisedList


class RouterContent(Content):
    """How messages are told apart.

    Below a confidence of `threshold` the agent `doubtful` asks which of two things is meant; `others` are messages that
    are none of them, for the agent `other`.
    """

    threshold: float = Field(0.5, ge=0, le=1)
    doubtful: str
    other: str
    others: LocalisedList
    intents: dict[IntentName, RoutedIntent] = Field(min_length=2)

    def faults(self, agents: Mapping[str, Any]) -> Iterator[str]:
        """What does not fit the assistant's agents."""
        if ROUTER in agents:
            yield f"agents.{ROUTER}: an agent cannot have this name beside a router"
        named = {"doubtful": self.doubtful, "other": self.other}
        named |= {f"intents.{name}.agent": each.agent for name, each in self.intents.items()}
        for path, agent in named.items():
            if agent not in agents:
                yield f"router.{path}: {agent} is not an agent of this assistant"
