"""The kinds of agents that an assistant may have. A new one is a line here."""

from collections.abc import Mapping
from typing import Any, Final

from cci_app.agents.catalog.agent import make_catalog
from cci_app.agents.catalog.content import CatalogContent
from cci_app.agents.finance.agent import make_finance
from cci_app.agents.finance.content import FinanceContent
from cci_app.agents.info import InfoContent, make_info
from cci_app.agents.kind import AgentContent, AgentKind, Means
from cci_app.agents.lead import LeadContent, make_lead
from cci_app.agents.loop.content import LoopContent
from cci_app.agents.menu.agent import make_menu
from cci_app.agents.menu.content import MenuContent
from cci_app.agents.ports import Agent
from cci_app.agents.questionnaire.agent import QuestionnaireAgent
from cci_app.agents.questionnaire.content import QuestionnaireContent
from cci_app.agents.reception import ReceptionContent, make_reception
from cci_app.agents.work.agent import make_work
from cci_app.agents.work.content import WorkContent


def _loop(content: LoopContent, means: Means) -> Agent:
    # LangChain's agents take two seconds to load, and most installations have none.
    from cci_app.agents.loop.agent import LoopAgent

    return LoopAgent(content, means)


# That of agents who know of a team's work.
WORK: Final = "work"
# By `kind`, as files write it.
KINDS: dict[str, AgentKind[Any]] = {
    "menu": AgentKind(MenuContent, make_menu),
    "questionnaire": AgentKind(QuestionnaireContent, QuestionnaireAgent),
    "loop": AgentKind(LoopContent, _loop),
    "catalog": AgentKind(CatalogContent, make_catalog),
    "finance": AgentKind(FinanceContent, make_finance),
    "info": AgentKind(InfoContent, make_info),
    "reception": AgentKind(ReceptionContent, make_reception),
    "lead": AgentKind(LeadContent, make_lead),
    WORK: AgentKind(WorkContent, make_work),
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
