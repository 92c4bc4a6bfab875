"""An assistant as content: a file, or a row, that a non-programmer can read."""

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from cci_app.agents.localised import Content, Plain, language_gaps
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.llm.names import ModelName

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
# Joined with others by `kind` as agents are added.
AgentContent = Annotated[QuestionnaireContent, Field()]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _named(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ModelName.parse(name)) for name in names)


# One name, or several that are tried in this order.
Models = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_named), Field(min_length=1)]


class ConversationTexts(Content):
    """What the conversation itself says: `holding` when an answer takes long, `apology` when there is none."""

    holding: Plain
    apology: Plain


class AssistantSpec(Content):
    """An assistant: its languages, the conversation's texts, its agents by name.

    `model` is the chat model that it thinks with, or several; where none is named, the settings do.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    title: str = Field(min_length=1, max_length=200)
    languages: tuple[Language, ...] = Field(min_length=1)
    default_language: Language
    model: Models | None = None
    texts: ConversationTexts
    agents: dict[str, AgentContent] = Field(min_length=1)

    @model_validator(mode="after")
    def _speaks_its_languages(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError(f"default_language: {self.default_language} is not one of the languages")
        gaps = [*language_gaps(self.texts, self.languages, "texts")]
        gaps += language_gaps(self.agents, self.languages, "agents")
        if gaps:
            raise ValueError("; ".join(gaps))
        return self

    @property
    def own_names(self) -> frozenset[str]:
        """What people call the organisation, in every language."""
        return frozenset(
            name for content in self.agents.values() for names in content.own_names.root.values() for name in names
        )
