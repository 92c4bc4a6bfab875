"""The kinds of agents that an assistant may have. A new one is a line here."""

from collections.abc import Mapping
from typing import Any

from cci_app.agents.kind import AgentContent, AgentKind, Means
from cci_app.agents.ports import Agent
from cci_app.agents.questionnaire.agent import QuestionnaireAgent
from cci_app.agents.questionnaire.content import QuestionnaireContent


def _questionnaire(content: QuestionnaireContent, means: Means) -> Agent:
    return QuestionnaireAgent(content, means.languages, means.answerer, means.chat)


# By `kind`, as files write it.
KINDS: dict[str, AgentKind[Any]] = {
    "questionnaire": AgentKind(QuestionnaireContent, _questionnaire),
}


def read_content(value: object) -> AgentContent:
    """Read an agent's content by its kind. Raises ValueError, and pydantic's ValidationError, which is one."""
    if isinstance(value, AgentContent):
        return value
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind: {kind!r} is none of the kinds of agents: {', '.join(sorted(KINDS))}")
    content: AgentContent = KINDS[kind].content.model_validate(value)
    return content


def make_agent(content: AgentContent, means: Means) -> Agent:
    """The agent of a content."""
    return KINDS[content.kind].make(content, means)
