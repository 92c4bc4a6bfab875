"""A kind of agent: the shape of its content in an assistant's file, and how it is made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cci_app.agents.localised import Content
from cci_app.agents.ports import Agent, Answerer
from cci_app.llm.chat import Chat


class AgentContent(Content):
    """What an assistant's file says of one agent; `kind` names which of them it is."""

    kind: str

    @property
    def organisation_names(self) -> frozenset[str]:
        """What people call the organisation, as far as this content tells it."""
        return frozenset()


C = TypeVar("C", bound=AgentContent)


@dataclass(frozen=True, slots=True)
class Means:
    """What the agents of an assistant have in common.

    `answerer` answers questions from the organisation's documents; `chat` is what they think with beside their rules.
    """

    languages: tuple[str, ...]
    answerer: Answerer
    chat: Chat | None = None


@dataclass(frozen=True, slots=True)
class AgentKind(Generic[C]):
    """One kind: the model of its content, and its factory."""

    content: type[C]
    make: Callable[[C, Means], Agent]
