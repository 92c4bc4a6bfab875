"""A change on its way: proposed, and, once the person decided, done or refused; on record either way."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from babel.dates import format_datetime

from cci_app.agents.ports import TurnContext
from cci_app.agents.tooling import tool_context
from cci_app.agents.work.changes import ChangeDraft
from cci_app.agents.work.content import WorkContent
from cci_app.agents.work.memory import ProposedCall, WorkMemory
from cci_app.agents.work.told import WorkTold
from cci_app.agents.work.wording import WorkWording
from cci_app.channels.message import Button, Buttons
from cci_app.coordination.participants import Participant
from cci_app.core.queue import Task, ring
from cci_app.tools.calls import ToolStatus
from cci_app.tools.running import Performed, Toolbox, WantedCall


class Deciding:
    """The changes of one turn."""

    def __init__(self, content: WorkContent, toolbox: Toolbox, turn: TurnContext, who: Participant) -> None:
        self._say, self._content, self._toolbox = content.say, content, toolbox
        self._turn, self._who = turn, who
        self._language = turn.language

    def proposed(self, draft: ChangeDraft, memory: WorkMemory) -> WorkTold:
        """The proposal with a yes and a no, kept as a row; that it is done, where a rule lets it; or why it is none."""
        say, language = self._say, self._language
        if draft.tool not in self._content.tools:
            return WorkTold(say.may_not[language].format(duties=self._content.duties[language]), memory)
        if not self._who.may_change:
            return WorkTold(say.viewer[language], memory)
        asked = self._call(draft.tool.value, draft.arguments, confirmed=False)
        if asked.status.is_done:
            # A rule lets it be done without a yes.
            return self._done(asked, draft.done, draft.person, replace(memory, wish=None), intent="by_rule")
        if asked.status is not ToolStatus.UNCONFIRMED:
            return self._failed(asked, memory)
        action = asked.result.data.get("action_id")
        call = ProposedCall(draft.tool.value, dict(asked.arguments), draft.done, action, draft.person)
        buttons = (Button("yes", say.yes[language]), Button("no", say.no[language]))
        focus = asked.arguments.get("task", memory.focus)
        kept = replace(memory, proposed=call, wish=None, focus=focus)
        return WorkTold("", kept, (Buttons(draft.asked, buttons),), intent="proposed")

    def done(self, memory: WorkMemory) -> WorkTold:
        """What the person said yes to, done; or why not."""
        say, language, call = self._say, self._language, memory.proposed
        assert call is not None  # noqa: S101 (asked only where there is one)
        memory = replace(memory, proposed=None)
        made = self._call(call.tool, dict(call.arguments), confirmed=True)
        if made.status is ToolStatus.UNCONFIRMED:
            return WorkTold(say.rehearsal[language], memory)
        return self._done(made, call.done, call.person, memory)

    def _done(self, made: Performed, done: str, person: str, memory: WorkMemory, intent: str = "work") -> WorkTold:
        """What came of a change, `done` where all went well; `person` is whoever was to be told of it."""
        say, language, data = self._say, self._language, made.result.data
        if not made.status.is_done or data.get("status") == "failed":
            return self._failed(made, memory)
        if data.get("again"):
            return WorkTold(say.done_already[language], memory)
        told = [done]
        if "rule" in data:
            told.append(say.by_rule[language].format(rule=data["rule"]))
        if "told" in data:
            name = "told" if data["told"] else "not_told"
            told.append(getattr(say, name)[language].format(person=person))
            # Whoever carries reminders need not wait for the next minute.
            ring(Task.WATCH_WORK)
        return WorkTold(" ".join(told), replace(memory, focus=data.get("task_id") or memory.focus), intent=intent)

    def declined(self, memory: WorkMemory) -> WorkTold:
        """A no: nothing is done, and that is on record."""
        call = memory.proposed
        if call is not None and call.action is not None:
            self._call("decline_change", {"action": call.action}, confirmed=True)
        return WorkTold(self._say.declined[self._language], replace(memory, proposed=None))

    def on_it(self, memory: WorkMemory, wording: WorkWording) -> WorkTold:
        """The person is on what they were reminded of."""
        made = self._call("say_on_it", {}, confirmed=True)
        tasks = made.result.data.get("tasks") if made.status.is_done else None
        if not tasks:
            return WorkTold(self._say.nothing_open[self._language], memory, intent="on_it")
        until = _moment(made.result.data["until"], wording)
        titles = ", ".join(f"«{wording.title(title)}» (#{task_id})" for task_id, title in tasks)
        text = self._say.on_it[self._language].format(titles=titles, until=until)
        ids = tuple(task_id for task_id, _ in tasks)
        return WorkTold(text, replace(memory, shown=ids, focus=ids[0] if len(ids) == 1 else None), intent="on_it")

    def _failed(self, made: Performed, memory: WorkMemory) -> WorkTold:
        why = str(made.result.data.get("error", ""))
        return WorkTold(self._say.failed[self._language].format(why=why), memory)

    def _call(self, tool: str, arguments: dict[str, Any], *, confirmed: bool) -> Performed:
        turn = self._turn
        context = tool_context(turn, turn.text)
        return self._toolbox.call(WantedCall(tool, arguments), context, confirmed=confirmed)


def _moment(written: str, wording: WorkWording) -> str:
    at = datetime.fromisoformat(written).astimezone(wording.zone)
    return str(format_datetime(at, format="d MMM HH:mm", locale=wording.language))
