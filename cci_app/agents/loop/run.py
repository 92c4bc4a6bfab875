"""One run of the loop: what it may still take, and what the tools have brought so far."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cci_app.agents.loop.content import LoopLimits
from cci_app.agents.loop.memory import PendingCall
from cci_app.agents.loop.phrases import LoopPhrases
from cci_app.channels.message import Part
from cci_app.core.deadline import Deadline
from cci_app.knowledge.search.passage import Source
from cci_app.llm.chat import Chat
from cci_app.tools.calls import ToolStatus
from cci_app.tools.ports import HumanWanted, ToolContext
from cci_app.tools.running import Performed, Toolbox, WantedCall

# Of what is left, what a tool must leave for the answer; and with less left the answer is asked for without tools.
ANSWER_SECONDS: Final = 2.0
_SHARE_OF_ANSWER: Final = 0.4
# What the rules need where no model answers.
_WITHOUT_MODEL_SECONDS: Final = 1.0
_SHARE_WITHOUT_MODEL: Final = 0.25
# What completing the turn takes.
_RESERVE_SECONDS: Final = 0.3


@dataclass(slots=True)
class LoopRun:
    """A run. Safe to be told of tools by several threads; `calls` is how often a model was called."""

    system: str
    context: ToolContext
    toolbox: Toolbox
    phrases: LoopPhrases
    limits: LoopLimits
    chat: Chat | None
    temperature: float | None = None
    calls: int = 0
    sources: dict[Source, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    human: HumanWanted | None = None
    pending: PendingCall | None = None
    doubtful: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def deadline(self) -> Deadline:
        """Until when a model may be called."""
        return Deadline(self.context.deadline.at - _RESERVE_SECONDS)

    @property
    def of_model(self) -> Deadline:
        """Until when the present call of a provider's model may last: one that hangs leaves time to do without it."""
        left = self.deadline.left()
        return Deadline.after(left - min(_WITHOUT_MODEL_SECONDS, left * _SHARE_WITHOUT_MODEL))

    @property
    def may_call(self) -> bool:
        """Whether a tool may still be called after the present call of a model."""
        return self.calls < self.limits.model_calls and self.deadline.left() > _RESERVE_SECONDS

    @property
    def is_last(self) -> bool:
        """Whether a model that is asked now has to bring the answer: there is no time for another."""
        return not self.may_call or self.deadline.left() < ANSWER_SECONDS

    def act(self, tool: str, arguments: Any, *, confirmed: bool = False) -> Performed:
        """Call a tool for the model, or for the person who said yes to just this."""
        left = self.context.deadline.left()
        seconds = left - min(ANSWER_SECONDS, left * _SHARE_OF_ANSWER)
        context = replace(self.context, deadline=Deadline.after(min(seconds, self.limits.tool_seconds)))
        done = self.toolbox.call(WantedCall(tool, arguments, max(self.calls, 1)), context, confirmed=confirmed)
        with self.lock:
            self._keep(tool, done)
        return done

    def _keep(self, tool: str, done: Performed) -> None:
        if done.status is ToolStatus.UNCONFIRMED and self.pending is None:
            self.pending = PendingCall(tool, done.arguments)
        self.doubtful = self.doubtful or done.status is ToolStatus.UNCERTAIN
        if not done.status.is_done:
            return
        result = done.result
        texts = result.data.get("passages", ()) if isinstance(result.data, Mapping) else ()
        for number, source in enumerate(result.sources):
            text = str(texts[number].get("text", "")) if number < len(texts) else ""
            self.sources[source] = f"{self.sources.get(source, '')} {text}"
        self.parts += [part for part in result.parts if part not in self.parts]
        self.human = self.human or result.human
