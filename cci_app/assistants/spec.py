"""An assistant as content: a file, or a row, that a non-programmer can read."""

import re
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints, model_validator

from cci_app.agents.kind import AgentContent
from cci_app.assistants.kinds import read_content
from cci_app.assistants.router import RouterContent
from cci_app.language.localised import Content, Plain, language_gaps
from cci_app.llm.names import ModelName

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
# What each kind's own model makes of it.
ContentOfKind = Annotated[AgentContent, PlainValidator(read_content)]

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_DURATION = re.compile(r"([1-9][0-9]{0,4}) (minute|hour|day)s?")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _named(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ModelName.parse(name)) for name in names)


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    read = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if read is None:
        raise ValueError("is written as `30 minutes`, `12 hours` or `30 days`")
    return int(read[1]) * _UNITS[read[2]]


Duration = Annotated[timedelta, BeforeValidator(_duration)]


# One name, or several that are tried in this order.
Models = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_named), Field(min_length=1)]


class ConversationTexts(Content):
    """What the conversation itself says: `holding` when an answer takes long, `apology` when there is none, `stopped`
    when the assistant has used what it may; without it a common sentence.
    """

    holding: Plain
    apology: Plain
    stopped: Plain | None = None


class FeedbackAsked(Content):
    """What people are asked of how they find it: `thumbs` are two buttons below an answer from documents.

    `rating_after` is how long nobody must write for a conversation to be over; then 1 to 5 are asked for, where the
    person's channel can be written to.
    """

    thumbs: bool = False
    rating_after: Annotated[Duration, Field(le=timedelta(hours=20))] | None = None


class AssistantSpec(Content):
    """An assistant: its languages, the conversation's texts, its agents by name.

    `version` tells what it was from what it became. `model` is the chat model that it thinks with, or several; where
    none is named, the settings do. `persona` is what a model is told of who speaks. `router` picks the agent of each
    message; without one, it is the first. `silence` is how long nothing must be heard for a message to begin a new
    conversation: since the end, where an agent asks questions, which may be answered days later; else since the last
    message.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    version: int = Field(1, ge=1)
    title: str = Field(min_length=1, max_length=200)
    languages: tuple[Language, ...] = Field(min_length=1)
    default_language: Language
    model: Models | None = None
    silence: Duration = timedelta(days=30)
    feedback: FeedbackAsked = FeedbackAsked()
    texts: ConversationTexts
    persona: str = Field("", max_length=4_000)
    agents: dict[str, ContentOfKind] = Field(min_length=1)
    router: RouterContent | None = None

    @model_validator(mode="after")
    def _speaks_its_languages(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError(f"default_language: {self.default_language} is not one of the languages")
        gaps = [*language_gaps(self.texts, self.languages, "texts")]
        gaps += language_gaps(self.agents, self.languages, "agents")
        if self.router is not None:
            gaps += language_gaps(self.router, self.languages, "router")
            gaps += self.router.faults(self.agents)
        if gaps:
            raise ValueError("; ".join(gaps))
        return self

    def has_agent_of(self, kind: str) -> bool:
        """Whether one of its agents is of that kind."""
        return any(content.kind == kind for content in self.agents.values())

    def spoken(self, language: str) -> str:
        """That language where the assistant speaks it, else its default one."""
        return language if language in self.languages else self.default_language

    @property
    def own_names(self) -> frozenset[str]:
        """What people call the organisation, in every language."""
        return frozenset[str]().union(*(content.organisation_names for content in self.agents.values()))
