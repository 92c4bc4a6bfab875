"""The calls of tools in a model's message, wherever and however wrapped its service puts them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from langchain_core.messages import AIMessage
from langchain_core.messages import ToolCall as CalledTool

from cci_app.llm.forms import ARGUMENTS, known_name, objects_in

# Stands among the arguments of a call that has none that can be read, so that the tool refuses it and says so.
UNREADABLE: Final = "arguments that are no JSON object"
_LONGEST_QUOTE: Final = 200
_BEGINNINGS: Final = ("{", "[", "```", "<tool_call>")


def with_calls(reply: AIMessage, names: Collection[str]) -> AIMessage:
    """The message with its calls of the tools `names` as LangChain's own; one that has them so is returned unchanged.

    Words beside a call stay. JSON in the content is a call where it names one of the tools; prose is an answer.
    """
    native = list(_called(reply))
    called = native or list(_written(reply.text, names))
    calls: list[CalledTool] = []
    for number, (name, arguments, id_) in enumerate(called, start=1):
        calls.append({"name": known_name(name, names) or name, "args": _read(arguments), "id": id_ or f"call_{number}"})
    full = {call["name"] for call in calls if call["args"]}
    calls = [call for call in calls if call["args"] or call["name"] not in full]
    for number, call in enumerate(calls, start=1):
        if any(call["id"] == other["id"] for other in calls[: number - 1]):
            call["id"] = f"{call['id']}_{number}"
    if [_plain(call) for call in calls] == [_plain(call) for call in reply.tool_calls]:
        return reply
    words = reply.text if native else ""
    return AIMessage(words, tool_calls=calls)


def _plain(call: CalledTool) -> tuple[str, Any, str | None]:
    return call["name"], call["args"], call["id"]


def _called(reply: AIMessage) -> Iterator[tuple[str, Any, str | None]]:
    for read in reply.tool_calls:
        yield read["name"], read["args"], read["id"]
    for unread in reply.invalid_tool_calls:
        yield unread["name"] or "", unread["args"], unread["id"]
    old = reply.additional_kwargs.get("function_call")
    if isinstance(old, Mapping) and not reply.tool_calls:
        yield str(old.get("name", "")), old.get("arguments"), None


def _written(text: str, names: Collection[str]) -> Iterator[tuple[str, Any, str | None]]:
    """Calls that stand in the content, which is nothing but JSON then."""
    if not text.lstrip().startswith(_BEGINNINGS):
        return
    for found in objects_in(text):
        inner = found.get("function")
        told = inner if isinstance(inner, Mapping) else found
        name = told.get("name") or told.get("tool")
        if isinstance(name, str) and known_name(name, names) is not None:
            yield name, next((told[each] for each in ARGUMENTS if each in told), {}), None


def _read(arguments: Any) -> dict[str, Any]:
    if arguments in (None, "", {}):
        return {}
    found = objects_in(arguments)
    return dict(found[0]) if len(found) == 1 else {UNREADABLE: str(arguments)[:_LONGEST_QUOTE]}
