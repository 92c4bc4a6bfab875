"""What an assistant's file says of an agent with tools."""

from typing import Annotated, Final, Literal

from pydantic import Field, PlainValidator, StringConstraints

from cci_app.agents.kind import AgentContent
from cci_app.language.localised import Content, Plain
from cci_app.tools.built_in.desk import ToolOptions
from cci_app.tools.built_in.registry import read_options
from cci_app.tools.ports import SECONDS

MOST_CALLS: Final = 5
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class OwnDocument(Content):
    """A text that the assistant answers from, where it is not worth a file of its own."""

    title: Annotated[Text, Field(max_length=200)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] | None = None
    text: Annotated[Text, Field(max_length=50_000)]


class LoopLimits(Content):
    """How often a model is called for one message, how long a tool may take, how much of the past a model reads."""

    model_calls: int = Field(MOST_CALLS, ge=1, le=MOST_CALLS)
    tool_seconds: float = Field(SECONDS, gt=0, le=SECONDS)
    history_tokens: int = Field(2_000, ge=0, le=50_000)
    longest_answer: int = Field(1_500, ge=100, le=4_000)


class LoopTexts(Content):
    """Sentences of the code itself, where the assistant says them otherwise."""

    unknown: Plain | None = None
    limit: Plain | None = None
    handed: Plain | None = None


class LoopContent(AgentContent):
    """An agent with tools.

    `persona` is what the model is told of who it is, in any language. `tools` are those of ours by name, with options
    where one has any; `own_tools` those that the organisation keeps, `servers` its servers of tools, by name.
    `documents` are texts that the assistant answers from, beside the organisation's documents.
    """

    kind: Literal["loop"]
    persona: Annotated[Text, Field(max_length=8_000)]
    greeting: Plain
    own_names: tuple[Text, ...] = ()
    tools: Annotated[dict[str, ToolOptions], PlainValidator(read_options)] = Field(default_factory=dict)
    own_tools: tuple[Text, ...] = Field((), max_length=50)
    servers: tuple[Text, ...] = Field((), max_length=10)
    documents: tuple[OwnDocument, ...] = Field((), max_length=50)
    temperature: float | None = Field(None, ge=0, le=2)
    limits: LoopLimits = LoopLimits()
    texts: LoopTexts = LoopTexts()

    @property
    def organisation_names(self) -> frozenset[str]:
        """See AgentContent."""
        return frozenset(self.own_names)
