"""One call of a tool, whatever a model asked for: done, or told why not, as data. Nothing of it raises."""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from cci_app.core import clock
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError
from cci_app.llm.forms import objects_in
from cci_app.tools.calls import LONGEST_RESULT, ToolCall, ToolStatus, masked, masked_text, note_tool
from cci_app.tools.consent import needs_yes
from cci_app.tools.effects import once
from cci_app.tools.models import TOOL_NAME_LENGTH
from cci_app.tools.ports import ArgumentsRefused, Tool, ToolContext, ToolFailed, ToolKind, ToolResult

log = structlog.get_logger(__name__)

# What a model is given to read of one result.
LONGEST_DATA: Final = 16_000
_LEAST_SECONDS: Final = 0.05
_WAITS: Final = "not done: the person is asked to confirm it with this answer; do not say that it was done"


@dataclass(frozen=True, slots=True)
class WantedCall:
    """A call that a model asks for, in the `iteration`th of its answers; `arguments` as they came."""

    tool: str
    arguments: Any
    iteration: int = 1


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of a call: `result` is for the model; the arguments as they were read, where they could be."""

    status: ToolStatus
    result: ToolResult
    arguments: Mapping[str, Any]

    @property
    def content(self) -> str:
        """The result as the model reads it."""
        written = json.dumps(self.result.data, ensure_ascii=False, default=str)
        if len(written) <= LONGEST_DATA:
            return written
        return json.dumps({"cut": True, "beginning": written[: LONGEST_DATA - 100]}, ensure_ascii=False)


class Toolbox:
    """The tools of one turn. Several may be called at once, each in a thread of its own, with sessions of its own."""

    def __init__(self, tools: Sequence[Tool], threads: DaemonThreads) -> None:
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}
        self._threads = threads
        self._attempt = uuid.uuid4()

    def call(self, asked: WantedCall, context: ToolContext, *, confirmed: bool = False) -> Performed:
        """Call a tool within its time and what is left. `confirmed`: the person said yes to just this."""
        started, at = time.monotonic(), clock.now()
        tool = self.tools.get(asked.tool)
        done = self._called(tool, asked, context, confirmed)
        note_tool(
            ToolCall(
                tool=asked.tool[:TOOL_NAME_LENGTH],
                kind=tool.kind if tool else ToolKind.BUILT_IN,
                status=done.status,
                arguments=masked(done.arguments),
                result=masked_text(done.content[:LONGEST_RESULT]),
                iteration=asked.iteration,
                duration_ms=round((time.monotonic() - started) * 1000),
                at=at,
            )
        )
        return done

    def try_out(self, wanted: WantedCall, context: ToolContext) -> Performed:
        """Call a tool for somebody who answers for what it does: nothing is asked, and nothing is on record."""
        tool = self.tools[wanted.tool]
        try:
            arguments = tool.arguments.read(dict(wanted.arguments))
        except ArgumentsRefused as error:
            return _told(ToolStatus.REFUSED, f"the arguments do not fit: {error}", wanted.arguments)
        run = tool.run
        if run is None:
            return _told(ToolStatus.REFUSED, "this tool cannot be tried", arguments)
        seconds = context.deadline.within(tool.seconds)
        bounded = replace(context, deadline=Deadline.after(seconds))
        return self._within(seconds, tool, arguments, lambda: (ToolStatus.DONE, run(bounded, arguments)))

    def _called(self, tool: Tool | None, asked: WantedCall, context: ToolContext, confirmed: bool) -> Performed:
        if tool is None:
            known = ", ".join(sorted(self.tools)) or "none"
            return _told(ToolStatus.UNKNOWN, f"there is no tool {asked.tool[:TOOL_NAME_LENGTH]!r}; there are: {known}")
        given = objects_in(asked.arguments)
        if len(given) != 1:
            return _told(ToolStatus.REFUSED, "the arguments have to be one JSON object")
        try:
            arguments = tool.arguments.read(given[0])
        except ArgumentsRefused as error:
            return _told(ToolStatus.REFUSED, f"the arguments do not fit: {error}", given[0])
        if not confirmed and needs_yes(tool, context, arguments):
            return self._unconfirmed(tool, context, arguments)
        if tool.writes is not None and not context.receipts:
            return _told(
                ToolStatus.UNCONFIRMED, "not done: this is a rehearsal, in which nothing is written", arguments
            )
        seconds = context.deadline.within(tool.seconds)
        if seconds < _LEAST_SECONDS:
            return _told(ToolStatus.TIMED_OUT, "there is no time left for it", arguments)
        bounded = replace(context, deadline=Deadline.after(seconds))
        return self._within(seconds, tool, arguments, self._work(tool, bounded, arguments))

    def _unconfirmed(self, tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> Performed:
        propose = tool.propose
        if propose is None or not context.receipts:
            return _told(ToolStatus.UNCONFIRMED, _WAITS, arguments)

        def kept() -> tuple[ToolStatus, ToolResult]:
            with tenant_transaction(context.organisation_id) as session:
                proposed = propose(session, context, arguments)
            if proposed.settled:
                return ToolStatus.DONE, proposed
            return ToolStatus.UNCONFIRMED, replace(proposed, data={"error": _WAITS, **proposed.data})

        return self._within(context.deadline.within(tool.seconds), tool, arguments, kept)

    def _within(
        self,
        seconds: float,
        tool: Tool,
        arguments: Mapping[str, Any],
        work: Callable[[], tuple[ToolStatus, ToolResult]],
    ) -> Performed:
        try:
            status, result = self._threads.run(work, seconds)
        except TimeoutError:
            log.warning("tool_timed_out", tool=tool.name, kind=tool.kind, seconds=round(seconds, 1))
            return _told(ToolStatus.TIMED_OUT, f"it took longer than {seconds:.0f} s", arguments)
        except ToolFailed as failure:
            return _told(ToolStatus.FAILED, failure.message, arguments)
        except CciError as error:
            return _told(ToolStatus.FAILED, error.message, arguments)
        except Exception as error:
            log.exception("tool_failed", tool=tool.name, kind=tool.kind)
            return _told(ToolStatus.FAILED, f"it failed ({type(error).__name__})", arguments)
        return Performed(status, result, arguments)

    def _work(
        self, tool: Tool, context: ToolContext, arguments: Mapping[str, Any]
    ) -> Callable[[], tuple[ToolStatus, ToolResult]]:
        run = tool.run
        if tool.writes is not None or run is None:
            return lambda: once(tool, context, arguments, self._attempt)
        return lambda: (ToolStatus.DONE, run(context, arguments))


def _told(status: ToolStatus, error: str, arguments: Mapping[str, Any] | None = None) -> Performed:
    return Performed(status, ToolResult({"error": error}), dict(arguments or {}))
