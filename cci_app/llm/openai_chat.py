"""LangChain's client of OpenAI, for the services too that only speak nearly as OpenAI does."""

import json
import re
from typing import Any

import openai
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI

_NESTED = 3


class CompatibleChatOpenAI(ChatOpenAI):
    """Takes arguments of a tool's call that are an object already, or a text in a text, where OpenAI writes a text.

    What a model thought before it spoke is no part of what it says, although some services leave it there.

    LangChain reads a refusal from OpenAI's own class of an answer only; here answers are read as dictionaries.
    """

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        told = response if isinstance(response, dict) else response.model_dump(warnings=False)
        for choice in told.get("choices") or ():
            message = choice.get("message") or {}
            calls = [call.get("function") for call in message.get("tool_calls") or ()]
            for function in (*calls, message.get("function_call")):
                if isinstance(function, dict):
                    function["arguments"] = _arguments(function.get("arguments"))
            if isinstance(message.get("content"), str):
                message["content"] = _spoken(message["content"])
        result = super()._create_chat_result(told, generation_info)
        for choice, generation in zip(told.get("choices") or (), result.generations, strict=False):
            if refusal := (choice.get("message") or {}).get("refusal"):
                generation.message.additional_kwargs["refusal"] = refusal
        return result


# Most templates of models write the first mark themselves, so that the answer has the last one alone.
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|thought|reasoning)>\s*", re.IGNORECASE)


def _spoken(content: str) -> str:
    *_, spoken = _THOUGHT_ENDS.split(content)
    return spoken


def _arguments(given: Any) -> str:
    """The arguments as OpenAI writes them: the text of an object, wherever a service nests it."""
    for _ in range(_NESTED):
        try:
            inner = json.loads(given) if isinstance(given, str) else given
        except (ValueError, RecursionError):
            break
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        if not isinstance(inner, str):
            return json.dumps(inner or {})
        given = inner
    return str(given)
