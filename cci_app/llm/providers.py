"""Models of providers through LangChain. Loaded when a setting or an assistant names one, and its package with it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langsmith import Client, tracing_context
from pydantic import BaseModel, SecretStr

from cci_app.llm.calls import CallOutcome, Tokens
from cci_app.llm.chat import Filled, ModelFailed, Request, Speak, Spoken
from cci_app.llm.failures import outcome_of
from cci_app.llm.forms import filled_in
from cci_app.llm.names import ModelName, Provider
from cci_app.llm.retry_after import retry_after
from config.settings import Settings

log = structlog.get_logger(__name__)

# What LangSmith may take at the end of the process.
_FLUSH_SECONDS = 2.0

# Where providers say that a text was filtered, although the status is 200.
_FILTERED_ENDS = frozenset({"content_filter", "refusal", "safety", "prohibited_content", "blocklist", "spii"})
# Nothing heals these but a person.
_OF_THE_ACCOUNT = frozenset({CallOutcome.REFUSED, CallOutcome.UNPAID})


class Tracing:
    """LangSmith's tracing of the calls made inside: on with a key of ours, else off whatever the environment says."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._client: Client | None = None

    @contextmanager
    def on(self) -> Iterator[None]:
        """Trace what is called inside, or make sure that it is not."""
        if self._settings.langsmith_api_key is None:
            with tracing_context(enabled=False):
                yield
        else:
            client = self._started(self._settings.langsmith_api_key)
            with tracing_context(enabled=True, client=client, project_name=self._settings.langsmith_project):
                yield

    def _started(self, key: SecretStr) -> Client:
        # Its threads belong to the process that traces, not to the one that forked it.
        with self._lock:
            if self._client is None:
                self._client = Client(self._settings.langsmith_endpoint, api_key=key.get_secret_value())
            return self._client

    def close(self) -> None:
        """Send what still waits."""
        if self._client is not None:
            self._client.close(_FLUSH_SECONDS)


class LangChainModel:
    """A chat model of LangChain as a `ChatModel`. Its form is a tool that it has to call."""

    def __init__(self, name: ModelName, model: BaseChatModel, tracing: Tracing) -> None:
        self.name = name
        self._model = model
        self._tracing = tracing
        self._bound: dict[type[BaseModel], Runnable[LanguageModelInput, AIMessage]] = {}

    def fill(self, request: Request[Any], seconds: float) -> Filled:
        """See ChatModel."""
        messages = [SystemMessage(request.system), HumanMessage(request.user)]
        try:
            with self._tracing.on():
                reply = self._bound_to(request.form).invoke(messages, timeout=seconds)
        except Exception as error:
            raise self._failure(error) from error
        fields = filled_in(request.form, _called(reply), reply.text)
        if fields is None and _was_filtered(reply):
            raise ModelFailed(CallOutcome.FILTERED)
        return Filled(fields, _tokens(reply))

    def speak(self, ask: Speak, seconds: float, *, with_tools: bool) -> Spoken:
        """See ChatModel. Calls of tools are read wherever the service put them; what says nothing at all is garbage."""
        settings: dict[str, Any] = {"timeout": seconds}
        if not with_tools:
            # Tools that were called before have to be named all the same.
            settings["tool_choice"] = {"type": "none"} if self.name.provider is Provider.ANTHROPIC else "none"
        try:
            with self._tracing.on():
                reply = ask(self._model, settings)
        except Exception as error:
            raise self._failure(error) from error
        if not (reply.text.strip() or _called(reply)):
            raise ModelFailed(CallOutcome.FILTERED if _was_filtered(reply) else CallOutcome.GARBAGE)
        return Spoken(reply, _tokens(reply))

    def _bound_to(self, form: type[BaseModel]) -> Runnable[LanguageModelInput, AIMessage]:
        bound = self._bound.get(form)
        if bound is None:
            bound = self._bound[form] = self._model.bind_tools([form], tool_choice=form.__name__)
        return bound

    def _failure(self, error: Exception) -> ModelFailed:
        """The failure that an error of LangChain, or of a client below it, tells."""
        outcome = outcome_of(error)
        if outcome in _OF_THE_ACCOUNT:
            # The message names no text of ours: providers quote the request in it.
            log.error("model_refused", model=str(self.name), outcome=outcome, error=type(error).__name__)
        elif outcome is CallOutcome.GARBAGE:
            log.warning("model_unreadable", model=str(self.name), error=type(error).__name__)
        return ModelFailed(outcome, retry_after(error))


def _called(reply: AIMessage) -> list[tuple[str, Any]]:
    """The calls of tools in a reply: those that were read, those whose arguments could not be, the form of old."""
    called: list[tuple[str, Any]] = [(call["name"], call["args"]) for call in reply.tool_calls]
    called += [(call["name"] or "", call["args"]) for call in reply.invalid_tool_calls]
    old = reply.additional_kwargs.get("function_call") or {}
    return [*called, (old.get("name", ""), old.get("arguments"))] if old else called


def _was_filtered(reply: AIMessage) -> bool:
    said = reply.response_metadata
    ends = {str(said.get(name, "")).lower() for name in ("finish_reason", "stop_reason")}
    feedback = said.get("prompt_feedback") or {}
    return bool(ends & _FILTERED_ENDS or feedback.get("block_reason") or reply.additional_kwargs.get("refusal"))


def make_model(name: ModelName, settings: Settings) -> BaseChatModel:
    """The model of that name, which tries once and not again. Its key is set."""
    common: dict[str, Any] = {"model": name.model, "timeout": settings.model_seconds}
    if settings.model_temperature is not None:
        common["temperature"] = settings.model_temperature
    # Addresses and keys are always given: left out, the packages would look for them in the environment.
    if name.provider is Provider.OPENAI:
        from cci_app.llm.openai_address import client_of
        from cci_app.llm.openai_chat import CompatibleChatOpenAI

        return CompatibleChatOpenAI(
            api_key=settings.openai_api_key,
            base_url=settings.openai_base_url,
            http_client=client_of(settings),
            max_retries=0,
            # The one that compatible services speak too.
            use_responses_api=False,
            **common,
        )
    if name.provider is Provider.ANTHROPIC:
        from langchain_anthropic import ChatAnthropic

        token = settings.anthropic_auth_token
        return ChatAnthropic(
            api_key=token or settings.anthropic_api_key or SecretStr(""),
            base_url=settings.anthropic_base_url,
            max_retries=0,
            default_headers={"Authorization": f"Bearer {token.get_secret_value()}"} if token else None,
            **common,
        )
    from langchain_google_genai import ChatGoogleGenerativeAI

    return ChatGoogleGenerativeAI(
        api_key=settings.google_api_key,
        base_url=settings.google_base_url,
        vertexai=False,
        # Zero would stand for the default of Google's client.
        max_retries=1,
        **common,
    )


def _tokens(reply: AIMessage) -> Tokens:
    usage = reply.usage_metadata
    return Tokens(usage["input_tokens"], usage["output_tokens"]) if usage else Tokens()
