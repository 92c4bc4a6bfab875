"""An assistant as content: a file, or a row, that a non-programmer can read."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from cci_app.agents.localised import Content, Plain, language_gaps
from cci_app.agents.questionnaire.content import QuestionnaireContent

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
# Joined with others by `kind` as agents are added.
AgentContent = Annotated[QuestionnaireContent, Field()]


class ConversationTexts(Content):
    """What the conversation itself says: `holding` when an answer takes long, `apology` when there is none."""

    holding: Plain
    apology: Plain


class Limits(Content):
    """Bounds of a conversation: characters of a message and of a reply, silence after which a finished run is over."""

    message_characters: int = Field(4096, ge=1, le=100_000)
    reply_characters: int = Field(4096, ge=200, le=100_000)
    new_run_after_days: int = Field(30, ge=1, le=3650)


class AssistantSpec(Content):
    """An assistant: its languages, the conversation's texts, its agents by name, its limits."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    title: str = Field(min_length=1, max_length=200)
    languages: tuple[Language, ...] = Field(min_length=1)
    default_language: Language
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    texts: ConversationTexts
    agents: dict[str, AgentContent] = Field(min_length=1)
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _speaks_its_languages(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError(f"default_language: {self.default_language} is not one of the languages")
        gaps = [*language_gaps(self.texts, self.languages, "texts")]
        gaps += language_gaps(self.agents, self.languages, "agents")
        if gaps:
            raise ValueError("; ".join(gaps))
        return self
