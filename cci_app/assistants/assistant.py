"""An assistant at work."""

from collections.abc import Callable, Mapping
from datetime import timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Self

from cci_app.agents.handler.agent import HandlerAgent
from cci_app.agents.handler.loading import Handler
from cci_app.agents.kind import Means, greenwich
from cci_app.agents.ports import Agent, Answerer, AsksQuestions, Forgets, KnowsPeople, Learns, Progress
from cci_app.assistants.intents import IntentRouter
from cci_app.assistants.kinds import make_agent
from cci_app.assistants.router import Decision, FirstAgent, Router
from cci_app.assistants.spec import AssistantSpec, FeedbackAsked
from cci_app.core.deadline import Deadline
from cci_app.llm.chat import Chat
from cci_app.tools.workshop import Workshop


class Assistant:
    """An assistant at work: its agents, ready to reply. Safe to share between threads.

    `knowing` and `forgetting` are those of its agents that have a contact book, or a memory, of their own; `start` is
    where a person stands at the start of a run, None where no agent asks questions.
    """

    def __init__(self, spec: AssistantSpec, agents: Mapping[str, Agent], router: Router | None = None) -> None:
        self.spec = spec
        self.agents: Mapping[str, Agent] = MappingProxyType(dict(agents))
        self._router = router or FirstAgent(tuple(agents))
        # Looked at once: what an agent can do beside replying costs some microseconds to find out.
        self.knowing = {name: agent for name, agent in agents.items() if isinstance(agent, KnowsPeople)}
        self.forgetting = {name: agent for name, agent in agents.items() if isinstance(agent, Forgets)}
        self.start: Progress | None = next(
            (agent.start for agent in agents.values() if isinstance(agent, AsksQuestions)), None
        )

    @classmethod
    def build(
        cls,
        spec: AssistantSpec,
        answerer: Answerer,
        chat: Chat | None = None,
        workshop: Workshop | None = None,
        zone_of: Callable[[int], tzinfo] = greenwich,
    ) -> Self:
        """Make the assistant of a spec.

        `answerer` answers questions from the organisation's documents; `chat` is what it thinks with beside its rules;
        `workshop` makes its tools; `zone_of` is in which zone an organisation counts its days.
        """
        means = Means(spec.languages, answerer, chat, workshop, spec.name, spec.persona, spec.title, zone_of)
        agents = {name: make_agent(content, means) for name, content in spec.agents.items()}
        return cls(spec, agents, IntentRouter(spec.router, agents, chat) if spec.router is not None else None)

    @classmethod
    def served_by(cls, spec: AssistantSpec, handler: Handler, *, seconds: float, turns_at_once: int) -> Self:
        """The assistant by name, languages and texts, with an organisation's own agent instead of its agents."""
        agent = HandlerAgent(handler, spec.languages, seconds=seconds, turns_at_once=turns_at_once)
        return cls(spec, {"own_agent": agent})

    def begin_to_learn(self) -> None:
        """Have what its examples tell learnt before a message needs it; returns at once."""
        for each in (self._router, *self.agents.values()):
            if isinstance(each, Learns):
                each.begin_to_learn()

    @property
    def name(self) -> str:
        """The assistant's name, as addresses and tables hold it."""
        return self.spec.name

    @property
    def version(self) -> int:
        """Which of its versions it is."""
        return self.spec.version

    @property
    def feedback(self) -> FeedbackAsked:
        """What people are asked of how they find it."""
        return self.spec.feedback

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it speaks, two letters each."""
        return self.spec.languages

    @property
    def default_language(self) -> str:
        """The language of a first message that tells nothing."""
        return self.spec.default_language

    def holding(self, language: str) -> str:
        """What a person is told while the answer takes longer than the channel waits."""
        return self.spec.texts.holding[language]

    def apology(self, language: str) -> str:
        """What a person is told when no answer could be made."""
        return self.spec.texts.apology[language]

    def stopped(self, language: str) -> str | None:
        """What a person is told while the assistant may not answer, where the assistant says it itself."""
        own = self.spec.texts.stopped
        return own[language] if own else None

    @property
    def silence(self) -> timedelta:
        """After how long without a message a new conversation begins."""
        return self.spec.silence

    def route(
        self,
        text: str,
        state: Mapping[str, Mapping[str, Any]],
        deadline: Deadline,
        *,
        organisation_id: int | None = None,
    ) -> Decision:
        """Which agent takes a message; `state` is the conversation's, by the agents' names."""
        return self._router.route(text, state, deadline, organisation_id=organisation_id)

    def remembered(self, decision: Decision) -> Mapping[str, Mapping[str, Any]]:
        """What the router keeps in the conversation's state, beside what the agents do."""
        return self._router.remembered(decision)
