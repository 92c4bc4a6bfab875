"""A tool: what a model may call, with what arguments, and what it does to the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.orm import Session

from cci_app.channels.message import Part
from cci_app.contacts.card import ContactCard
from cci_app.core.deadline import Deadline
from cci_app.knowledge.search.passage import Source

SECONDS = 30.0


class ToolKind(StrEnum):
    """Where a tool comes from."""

    BUILT_IN = "built_in"
    HTTP = "http"
    SCRIPT = "script"
    SERVER = "server"
    MCP = "mcp"


class Consent(StrEnum):
    """What a writing tool needs before it may write: the person's yes, or that they wrote the values themselves."""

    PERSON = "person"
    OWN_WORDS = "own_words"


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool knows of the turn that it is called in; no model can change a word of it.

    `receipts` are those of the turn's messages, the newest first; `said` is what the person wrote in this conversation,
    as far as it is kept.
    """

    organisation_id: int
    assistant: str
    user_id: str
    language: str
    contact: ContactCard | None
    receipts: tuple[int, ...]
    said: tuple[str, ...]
    now: datetime
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class HumanWanted:
    """The person is to be handed to a human; `summary` is what that one should know."""

    reason: str
    summary: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gives: `data` (JSON) for the model; sources, parts and a hand-over for the reply.

    Where the data has `passages`, each has its source, in the same order. `settled`, of what is proposed: it was done,
    and nothing waits for a yes.
    """

    data: Any
    sources: tuple[Source, ...] = ()
    parts: tuple[Part, ...] = ()
    human: HumanWanted | None = None
    settled: bool = False


class ToolFailed(Exception):  # noqa: N818
    """A tool that did not do what was asked; the message is for the model. `certain`: it surely had no effect."""

    def __init__(self, message: str, *, certain: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.certain = certain


class ArgumentsRefused(ValueError):  # noqa: N818
    """Arguments that a tool does not take; the message says which and why, for the model."""


class Arguments(Protocol):
    """What a tool is called with."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema that models are shown: an object without further properties."""
        ...

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as JSON, nulls and odd spellings put right. Raises ArgumentsRefused."""
        ...


Run = Callable[[ToolContext, Mapping[str, Any]], ToolResult]
Record = Callable[[Session, ToolContext, Mapping[str, Any]], ToolResult]


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may call. It reads, unless `writes` says what it needs to write.

    `run` does it, within the context's deadline; a tool whose only effect is in our own database has `record`
    instead, which writes in the transaction that it is given. `propose` keeps, in one too, that a call waits for
    the person's yes, or does it where a rule lets that be, and raises for what cannot be done. `examples` are
    messages that want it, `words` what people call the values that an argument may have; `label` is what people
    read of it.
    """

    name: str
    description: str
    arguments: Arguments
    run: Run | None = None
    record: Record | None = None
    propose: Record | None = None
    kind: ToolKind = ToolKind.BUILT_IN
    writes: Consent | None = None
    seconds: float = SECONDS
    examples: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    label: str = ""
