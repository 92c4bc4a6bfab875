"""An agent with tools as an agent: one message in, one reply out, within the deadline."""

from collections.abc import Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from cci_app.agents.kind import Means
from cci_app.agents.loop.citing import cited, told_sources
from cci_app.agents.loop.content import LoopContent
from cci_app.agents.loop.graph import run_loop
from cci_app.agents.loop.history import TurnHistory
from cci_app.agents.loop.memory import LoopMemory, PendingCall
from cci_app.agents.loop.phrases import LoopPhrases
from cci_app.agents.loop.prompt import system_prompt
from cci_app.agents.loop.run import LoopRun
from cci_app.agents.ports import AgentReply, HandoffRequest, TurnContext
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.agents.tooling import tool_context
from cci_app.channels.message import Button, Buttons, Part, Text
from cci_app.core.errors import CannotStart

_CALL = "confirmed"
_MOST_ARGUMENTS = 8
_LONGEST_ARGUMENT = 200


class LoopAgent:
    """Answers with a model that calls tools. It keeps nothing: one agent serves every person, in any thread."""

    def __init__(self, content: LoopContent, means: Means) -> None:
        """Raises CannotStart where the means have no workshop to make tools in."""
        if means.workshop is None:
            raise CannotStart("an agent of the kind `loop` needs tools, and there is no workshop for them")
        self._content = content
        self._chat = means.chat
        self._equipment = means.workshop.equip(
            content.tools,
            content.own_tools,
            content.servers,
            own_names=content.own_names,
            assistant=means.assistant,
            words_itself=means.chat is not None,
        )
        self._book = Phrasebook(means.languages)

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer one message; what waits for the person's yes is done first, or forgotten."""
        memory = LoopMemory.load(turn.state)
        text = turn.text.strip() or " ".join(f"[{part.kind}]" for part in turn.attachments)
        run = self._run(turn, memory, text)
        messages: list[BaseMessage] = [*self._history(memory).messages, HumanMessage(text)]
        if memory.pending is not None:
            words = words_of(text)
            if self._book.is_("just_no", words):
                return self._replied(memory, text, run, run.phrases["declined"])
            if self._book.is_("just_yes", words) or self._book.is_("okay", words):
                messages += _confirmed(run, memory.pending)
        answer = run_loop(run, messages)
        return self._replied(memory, text, run, answer)

    def _run(self, turn: TurnContext, memory: LoopMemory, text: str) -> LoopRun:
        context = tool_context(turn, *memory.said, text)
        return LoopRun(
            system=system_prompt(self._content, turn.language, turn.now, memory.summary),
            context=context,
            toolbox=self._equipment.toolbox(turn.organisation_id),
            phrases=LoopPhrases(self._content, turn.language),
            limits=self._content.limits,
            chat=self._chat,
            temperature=self._content.temperature,
        )

    def _history(self, memory: LoopMemory) -> TurnHistory:
        return TurnHistory(memory, tokens=self._content.limits.history_tokens)

    def _replied(self, memory: LoopMemory, said: str, run: LoopRun, answer: str) -> AgentReply:
        answer = _cut(answer, self._content.limits.longest_answer) or run.phrases["limit"]
        if run.doubtful:
            answer = f"{answer}\n\n{run.phrases['doubtful']}"
        sources = cited(answer, run.sources)
        shown = "\n\n".join(filter(None, (answer, told_sources(sources, run.phrases))))
        parts: list[Part] = [Text(shown), *run.parts]
        if run.pending is not None:
            parts.append(_question(run, run.pending))
        history = self._history(memory)
        history.add_messages([HumanMessage(said), AIMessage(answer)])
        state = replace(history.memory, pending=run.pending).to_json()
        handoff = HandoffRequest(run.human.reason, run.human.summary) if run.human else None
        return AgentReply(tuple(parts), state, sources=sources, handoff=handoff)


def _confirmed(run: LoopRun, pending: PendingCall) -> Sequence[BaseMessage]:
    """The call that the person said yes to, done, as the model reads it."""
    done = run.act(pending.tool, dict(pending.arguments), confirmed=True)
    call = AIMessage("", tool_calls=[{"name": pending.tool, "args": dict(pending.arguments), "id": _CALL}])
    return [call, ToolMessage(done.content, name=pending.tool, tool_call_id=_CALL)]


def _question(run: LoopRun, pending: PendingCall) -> Buttons:
    """What would be done, word by word as it would be, with a yes and a no: no model words this."""
    tool = run.toolbox.tools[pending.tool]
    told = [f"*{tool.label or tool.name.replace('_', ' ')}*"]
    for name, value in list(pending.arguments.items())[:_MOST_ARGUMENTS]:
        if value not in (None, ""):
            told.append(f"• {name}: {str(value)[:_LONGEST_ARGUMENT]}")
    buttons = (Button("yes", run.phrases["yes"]), Button("no", run.phrases["no"]))
    return Buttons(run.phrases["confirm"].format(what="\n".join(told)), buttons)


def _cut(text: str, longest: int) -> str:
    """The text, at most so long, cut between words."""
    text = text.strip()
    return text if len(text) <= longest else f"{text[:longest].rsplit(maxsplit=1)[0]}…"
