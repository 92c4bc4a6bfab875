"""A kind of agent: the shape of its content in an assistant's file, and how it is made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Generic, TypeVar

from cci_app.agents.ports import Agent, Answerer
from cci_app.language.localised import Content
from cci_app.llm.chat import Chat
from cci_app.tools.workshop import Workshop


class AgentContent(Content):
    """What an assistant's file says of one agent; `kind` names which of them it is."""

    kind: str

    @property
    def organisation_names(self) -> frozenset[str]:
        """What people call the organisation, as far as this content tells it."""
        return frozenset()


C = TypeVar("C", bound=AgentContent)


def greenwich(_organisation_id: int) -> tzinfo:
    """The zone of whoever has none."""
    return UTC


@dataclass(frozen=True, slots=True)
class Means:
    """What the agents of an assistant have in common.

    `answerer` answers questions from the organisation's documents; `chat` is what they think with beside their rules;
    `workshop` makes tools for the assistant of that name. `persona` is what a model is told of who it is,
    `organisation` the name of whom it speaks for; `zone_of` is in which zone an organisation counts its days.
    """

    languages: tuple[str, ...]
    answerer: Answerer
    chat: Chat | None = None
    workshop: Workshop | None = None
    assistant: str | None = None
    persona: str = ""
    organisation: str = ""
    zone_of: Callable[[int], tzinfo] = greenwich


@dataclass(frozen=True, slots=True)
class AgentKind(Generic[C]):
    """One kind: the model of its content, and its factory."""

    content: type[C]
    make: Callable[[C, Means], Agent]
