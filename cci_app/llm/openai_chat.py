"""LangChain's client of OpenAI, for the services too that only speak nearly as OpenAI does."""

import json
from typing import Any

import openai
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI


class CompatibleChatOpenAI(ChatOpenAI):
    """Takes arguments of a tool's call that are an object already, where OpenAI writes them as a text.

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
                if isinstance(function, dict) and not isinstance(function.get("arguments"), str):
                    function["arguments"] = json.dumps(function.get("arguments") or {})
        result = super()._create_chat_result(told, generation_info)
        for choice, generation in zip(told.get("choices") or (), result.generations, strict=False):
            if refusal := (choice.get("message") or {}).get("refusal"):
                generation.message.additional_kwargs["refusal"] = refusal
        return result
