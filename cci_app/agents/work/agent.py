"""An agent of the work: a message becomes questions, answered from the tables, or a change, proposed and confirmed."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from cci_app.agents.kind import Means
from cci_app.agents.ports import AgentReply, TurnContext
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.voice import AssistantVoice
from cci_app.agents.work.content import WorkContent, WorkIntent
from cci_app.agents.work.deciding import Deciding
from cci_app.agents.work.memory import WorkMemory
from cci_app.agents.work.naming import wants_more
from cci_app.agents.work.reading import WorkClause, WorkReader, clauses_of
from cci_app.agents.work.told import WorkTold
from cci_app.agents.work.turning import WorkTurn
from cci_app.channels.message import Part, Text
from cci_app.coordination.participants import participant
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CannotStart
from cci_app.tools.built_in.desk import ToolOptions
from cci_app.tools.built_in.work import decline_change, say_on_it

_SECONDS: Final = 2.0
_SURE: Final = 0.95
_OF_CHANGES: Final = 0.92
_OF_QUESTIONS: Final = 0.66
_CLEAR: Final = 0.8
_VERY_CLEAR: Final = 0.9
_RATHER: Final = 0.6
_FEW_WORDS: Final = 8


@lru_cache(maxsize=8)
def _book(languages: tuple[str, ...]) -> Phrasebook:
    return Phrasebook(languages)


class WorkAgent:
    """Serves every person, in any thread: what was said is in their state."""

    def __init__(self, content: WorkContent, means: Means) -> None:
        """Raises CannotStart where the means have no workshop: what is changed is changed once."""
        if means.workshop is None:
            raise CannotStart("an agent of the kind `work` needs tools, and there is no workshop for them")
        self._content = content
        self._workshop = means.workshop
        self._answerer = means.answerer
        self._book = _book(means.languages)
        self._reader = WorkReader(content, means.chat)
        self._voice = AssistantVoice("\n".join(filter(None, (means.persona, content.tone))), means.chat)
        made = means.workshop.equip(
            {tool.value: ToolOptions() for tool in content.tools},
            own_names=content.own_names,
            assistant=means.assistant,
            words_itself=False,
        )
        self._tools = [*made.tools, decline_change(), say_on_it()]

    def begin_to_learn(self) -> None:
        """See Learns."""
        self._reader.learning.begin()

    def recognises(self, organisation_id: int, text: str, states: Mapping[str, Mapping[str, Any]]) -> float:  # noqa: ARG002
        """See Recognises: the answer to what was asked; a change that is wished for, a question about the work."""
        own = next((state for state in states.values() if state.get("role") == self._content.role), {})
        words = words_of(text)
        if own.get("proposed") and (self._says_yes(words) or self._says_no(words)):
            return _SURE
        if own.get("wish") and "?" not in text and len(words.split()) <= _FEW_WORDS:
            return _SURE
        if own.get("intent") and wants_more(text, self._content.words):
            return _SURE
        if self._content.field is not None:
            return 0.0
        parts = clauses_of(text)
        read = [self._reader.classified(part, Deadline.after(_SECONDS)) for part in {text, *parts}]
        return max((_strength(each, among=len(parts)) for each in read), default=0.0)

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message. Of the work nobody is told but who takes part in it."""
        content, say, language = self._content, self._content.say, turn.language
        memory = WorkMemory.load(content.role, turn.state)
        with tenant_transaction(turn.organisation_id) as session:
            who = participant(session, turn.organisation_id, turn.user_id)
        if who is None:
            return AgentReply.saying(say.stranger[language], {}, intent="stranger")
        if not turn.text.strip():
            return AgentReply.saying(say.media[language], turn.state, intent="media")
        deciding = Deciding(content, self._workshop.toolbox(self._tools), turn, who)
        words = words_of(turn.text)
        if memory.proposed is not None:
            if self._says_yes(words):
                return self._replied(deciding.done(memory), "confirmed")
            if self._says_no(words):
                return self._replied(deciding.declined(memory), "declined")
        if memory.wish is not None and self._says_no(words):
            return self._replied(WorkTold(say.declined[language], replace(memory, wish=None)), "declined")
        memory = replace(memory, proposed=None)
        told = WorkTurn(content, self._reader, self._answerer, turn, who, memory, deciding).answered()
        return self._replied(told, told.intent, turn)

    def _says_yes(self, words: str) -> bool:
        return self._book.is_("just_yes", words) or self._book.is_("okay", words)

    def _says_no(self, words: str) -> bool:
        return self._book.is_("just_no", words)

    def _replied(self, told: WorkTold, intent: str, worded_for: TurnContext | None = None) -> AgentReply:
        text = told.text
        if worded_for is not None and told.worded and text:
            text = self._voice.worded(text, worded_for.meant, worded_for.language, worded_for.deadline)
        parts: list[Part] = [Text("\n".join(filter(None, (text, told.sources_told))))] if text else []
        return AgentReply(
            (*parts, *told.parts),
            told.memory.to_json(),
            sources=told.sources,
            unanswered=told.unanswered,
            intent=intent,
        )


def _strength(clause: WorkClause, among: int) -> float:
    """How surely a clause is about the work: "bonjour, qu'est-ce qui est en retard ?" greets, and asks beside that."""
    if clause.intent is None or clause.confidence < _RATHER:
        return 0.0
    changes = clause.intent.tool is not None or clause.intent is WorkIntent.ON_IT
    if (changes and clause.confidence >= _CLEAR) or (among > 1 and clause.confidence >= _VERY_CLEAR):
        return _OF_CHANGES
    return _OF_QUESTIONS


def make_work(content: WorkContent, means: Means) -> WorkAgent:
    """The agent of the work."""
    return WorkAgent(content, means)
