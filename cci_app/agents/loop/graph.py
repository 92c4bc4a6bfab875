"""The loop itself: LangChain's, with our middleware around each call of a model and of a tool.

LangChain knows no deadline, and its own limit of calls ends with a sentence of its own: here each call has what is
left, the last one is asked without tools, and whatever a model does, there is an answer.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

import structlog
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt.tool_node import ToolCallRequest

from cci_app.agents.loop.grounding import is_grounded
from cci_app.agents.loop.offline import Guide, OfflineChatModel, noted
from cci_app.agents.loop.prompt import LAST, language_told
from cci_app.agents.loop.run import LoopRun
from cci_app.llm.chat import NoAnswer
from cci_app.llm.tool_calls import with_calls
from cci_app.tools.ports import Tool

log = structlog.get_logger(__name__)

PURPOSE: Final = "loop"
# A model and its tools are a step each.
_MOST_STEPS: Final = 24
_GRAPHS: Final = 32

Graph = CompiledStateGraph[AgentState[Any], LoopRun, Any, Any]
Handler = Callable[[ModelRequest[LoopRun]], ModelResponse[Any]]


class LoopMiddleware(AgentMiddleware[AgentState[Any], LoopRun]):
    """Bounds the calls of models, and calls the tools. It keeps nothing: what it knows is the run's."""

    def wrap_model_call(self, request: ModelRequest[LoopRun], handler: Handler) -> AIMessage:
        """One call of the chain of models; where none of them answers, the model of this process does."""
        run = request.runtime.context
        run.calls += 1
        last = run.is_last
        told = run.system + (LAST.format(language=language_told(run.context.language)) if last else "")
        request = request.override(system_message=SystemMessage(told))
        reply = with_calls(self._said(request, handler, run, last=last), run.toolbox.tools)
        return reply if run.may_call or not reply.tool_calls else AIMessage(reply.text)

    def _said(self, request: ModelRequest[LoopRun], handler: Handler, run: LoopRun, *, last: bool) -> AIMessage:
        def ask(model: BaseChatModel, settings: Mapping[str, Any]) -> AIMessage:
            more = dict(settings)
            choice = more.pop("tool_choice", None)
            if run.temperature is not None:
                more["temperature"] = run.temperature
            told = request.override(model=model, tool_choice=choice, model_settings=more)
            return cast(AIMessage, handler(told).result[-1])

        if run.chat is not None:
            try:
                return run.chat.converse(PURPOSE, ask, run.of_model, with_tools=not last)
            except NoAnswer:
                pass
        offline = OfflineChatModel(guide=Guide(run.toolbox.tools, run.phrases, may_call=run.may_call))
        return noted(PURPOSE, lambda: ask(offline, {}))

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Any],  # noqa: ARG002 (ours calls them)
    ) -> ToolMessage:
        """One call of a tool, of however many that run side by side; what goes wrong is told as data."""
        run = cast(LoopRun, request.runtime.context)
        call = request.tool_call
        done = run.act(call["name"], call["args"])
        status = "success" if done.status.is_done else "error"
        return ToolMessage(done.content, name=call["name"], tool_call_id=call["id"], status=status)


@dataclass(frozen=True, slots=True)
class ShownTool:
    """A tool as models are shown it; graphs are made once for each set of them."""

    name: str
    description: str
    schema: str

    @classmethod
    def of(cls, tool: Tool) -> "ShownTool":
        """A tool's."""
        return cls(tool.name, tool.description, json.dumps(tool.arguments.schema, sort_keys=True))

    def as_langchain(self) -> BaseTool:
        """The same for LangChain, which never calls it: the middleware does."""
        return StructuredTool(
            name=self.name, description=self.description, args_schema=json.loads(self.schema), func=_never_called
        )


def _never_called(**_: Any) -> str:
    raise NotImplementedError


@lru_cache(maxsize=_GRAPHS)
def _graph(tools: tuple[ShownTool, ...]) -> Graph:
    return create_agent(
        OfflineChatModel(),
        [tool.as_langchain() for tool in tools],
        middleware=[LoopMiddleware()],
        context_schema=LoopRun,
    )


def run_loop(run: LoopRun, messages: Sequence[BaseMessage]) -> str:
    """The words that the loop ends with; empty where a model had nothing but calls of tools to the last.

    Where a model of a provider names a figure that nothing gave it, the rules word what the tools brought instead.
    """
    graph = _graph(tuple(ShownTool.of(tool) for tool in run.toolbox.tools.values()))
    final = graph.invoke({"messages": [*messages]}, {"recursion_limit": _MOST_STEPS}, context=run)
    *before, last = final["messages"]
    if not isinstance(last, AIMessage):
        return ""
    answer = last.text.strip()
    if run.chat is not None and not is_grounded(answer, run.system, before):
        offline = OfflineChatModel(guide=Guide(run.toolbox.tools, run.phrases))
        answer = noted(PURPOSE, lambda: offline.invoke(before)).text.strip()
        log.warning("answer_not_grounded")
    return answer
