"""The chat model of this process: no key, no network, the same answer to the same messages.

It picks a tool by the words that people want it with, fills in what the message tells, and words what came back.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from cci_app.agents.loop.phrases import LoopPhrases
from cci_app.agents.loop.picking import picked
from cci_app.agents.questionnaire.phrasebook import Phrasebook
from cci_app.agents.questionnaire.reading import words_of
from cci_app.core import clock
from cci_app.language.sentences import sentences
from cci_app.llm.calls import CallOutcome, ModelCall, Tokens, note
from cci_app.llm.names import Provider
from cci_app.tools.built_in import rag_search
from cci_app.tools.ports import Tool

_BOOK: Final = Phrasebook(("fr", "es"))
_SENTENCES: Final = 3
_MOST_LINES: Final = 12
_LONGEST_VALUE: Final = 300


@dataclass(frozen=True, slots=True)
class Guide:
    """What the model goes by: the tools, with the words for them, and the sentences of the person's language."""

    tools: Mapping[str, Tool] = field(default_factory=dict)
    phrases: LoopPhrases | None = None
    may_call: bool = False


class OfflineChatModel(BaseChatModel):
    """A chat model of LangChain that is rules."""

    guide: Any = Guide()

    @property
    def _llm_type(self) -> str:
        return Provider.OFFLINE.value

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[Any, AIMessage]:  # noqa: ARG002 (the guide's count)
        """See BaseChatModel."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 (of the base)
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **_: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=_next(messages, self.guide))])


def noted(purpose: str, call: Callable[[], AIMessage]) -> AIMessage:
    """What the call brings, counted as a call of this model."""
    started, at = time.monotonic(), clock.now()
    reply = call()
    taken = round((time.monotonic() - started) * 1000)
    offline = Provider.OFFLINE.value
    note(ModelCall(purpose, offline, offline, CallOutcome.ANSWERED, Tokens(), None, None, taken, at))
    return reply


def _next(messages: Sequence[BaseMessage], guide: Guide) -> AIMessage:
    last = messages[-1]
    if isinstance(last, ToolMessage):
        return AIMessage(_worded(_results(messages), guide))
    text = last.text if isinstance(last, HumanMessage) else ""
    phrases = guide.phrases
    if phrases is None or _BOOK.is_("greeting", words_of(text)) or not text.strip():
        return AIMessage(phrases.greeting if phrases else "")
    call = _call(text, guide) if guide.may_call else None
    if call is None:
        return AIMessage(phrases["unknown"])
    name, arguments = call
    return AIMessage("", tool_calls=[{"name": name, "args": dict(arguments), "id": f"call_{len(messages)}"}])


def _call(text: str, guide: Guide) -> tuple[str, Mapping[str, Any]] | None:
    if "hand_to_human" in guide.tools and _BOOK.is_("human", words_of(text)):
        return "hand_to_human", {"reason": "asked", "summary": text[:1000]}
    chosen = picked(text, [tool for name, tool in guide.tools.items() if name != rag_search.NAME])
    if chosen is not None:
        return chosen
    return (rag_search.NAME, {"question": text[:1000]}) if rag_search.NAME in guide.tools else None


def _results(messages: Sequence[BaseMessage]) -> list[tuple[str, Any]]:
    """Name and data of the last tools' results, in their order."""
    results: list[tuple[str, Any]] = []
    for message in reversed(messages):
        if not isinstance(message, ToolMessage):
            break
        results.append((message.name or "", json.loads(str(message.content))))
    return results[::-1]


def _worded(results: Sequence[tuple[str, Any]], guide: Guide) -> str:
    assert guide.phrases is not None  # noqa: S101 (who has results has phrases)
    told = [text for name, data in results if (text := _told(name, data, guide.phrases))]
    return "\n\n".join(dict.fromkeys(told)) or guide.phrases["unknown"]


def _told(name: str, data: Any, phrases: LoopPhrases) -> str:
    if not isinstance(data, Mapping):
        return _lines(data)
    if "error" in data:
        return ""
    if name == rag_search.NAME:
        return str(data.get("answer") or "") or _beginning(data.get("passages") or ())
    for key, phrase in (("handed_over", "handed"), ("sent", "here"), ("kept", "done")):
        if data.get(key) is True:
            return phrases[phrase]
    if {"item", "total", "currency"} <= set(data):
        several = f"{data['quantity']} × " if data.get("quantity", 1) != 1 else ""
        return f"{several}{data['item']}: {data['total']} {data['currency']}"
    return _lines(data)


def _beginning(passages: Sequence[Any]) -> str:
    first = passages[0].get("text", "") if passages and isinstance(passages[0], Mapping) else ""
    return " ".join(sentences(str(first))[:_SENTENCES])


def _lines(data: Any, before: str = "") -> str:
    """Data as lines of what it is called and what it is."""
    if isinstance(data, Mapping):
        told = [_lines(value, f"{key}: " if isinstance(key, str) else "") for key, value in data.items()]
    elif isinstance(data, list):
        told = [_lines(value) for value in data]
    else:
        return f"{before}{str(data)[:_LONGEST_VALUE]}" if data not in (None, "", True, False) else ""
    return "\n".join([line for each in told for line in each.splitlines() if line][:_MOST_LINES])
