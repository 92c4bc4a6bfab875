"""Asking chat models: for a form to fill in, which code can check, or for the next message of a loop with tools.

Several models make a chain. Each is asked in its turn as long as there is time; the first useful answer counts.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

import structlog
from pydantic import BaseModel

from cci_app.core import clock
from cci_app.core.breaker import Breaker
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Unavailable
from cci_app.llm.calls import CallOutcome, ModelCall, Tokens, note
from cci_app.llm.names import ModelName
from cci_app.llm.prices import Prices

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

log = structlog.get_logger(__name__)

# With less than this a call is not begun: it would cost tokens and bring nothing.
LEAST_SECONDS = 0.5
# A call that was cut off sooner than this part of its usual time tells nothing of the provider.
_FAIR_SHARE = 0.5
# What is wrong with one message says nothing of the provider, but that it is there.
_OF_ONE_MESSAGE = frozenset({CallOutcome.TOO_LONG, CallOutcome.FILTERED, CallOutcome.INVALID})

FormT = TypeVar("FormT", bound=BaseModel)
T = TypeVar("T")
# Gets LangChain's model and the settings of this one call, and gives the message that comes back.
Speak: TypeAlias = "Callable[[BaseChatModel, Mapping[str, Any]], AIMessage]"


class ModelFailed(Exception):  # noqa: N818
    """A call that brought no answer. `retry_after` is for how many seconds the provider wants to be left alone."""

    def __init__(self, outcome: CallOutcome, retry_after: float | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.retry_after = retry_after


class NoAnswer(Unavailable):
    """No model of the chain gave a useful answer in time."""


@dataclass(frozen=True, slots=True)
class Request(Generic[FormT]):
    """What a model is asked: `system` is ours, `user` holds what others wrote, `form` is what it fills in."""

    purpose: str
    system: str
    user: str
    form: type[FormT]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a model wrote into the form, unchecked; `fields` is None where it did not use it."""

    fields: Mapping[str, Any] | None
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of a model: words, calls of tools, or both."""

    message: "AIMessage"
    tokens: Tokens


class Told(Protocol):
    """What a model told, with the tokens that it took."""

    @property
    def tokens(self) -> Tokens:
        """Tokens that were read and written."""
        ...


R = TypeVar("R", bound=Told)


class ChatModel(Protocol):
    """One model of a provider."""

    @property
    def name(self) -> ModelName:
        """Its name, as settings write it."""
        ...

    def fill(self, request: Request[Any], seconds: float) -> Filled:
        """Have the form filled in. Raises ModelFailed, after `seconds` of silence at the latest."""
        ...

    def speak(self, ask: Speak, seconds: float, *, with_tools: bool) -> Spoken:
        """Have `ask` ask this model, which may call tools only `with_tools`. Raises ModelFailed."""
        ...


class Chat:
    """A chain of models. Safe to share between threads."""

    def __init__(
        self,
        models: Sequence[tuple[ChatModel, Breaker]],
        threads: DaemonThreads,
        prices: Prices,
        seconds: float,
    ) -> None:
        """`seconds` is what one call may take at most."""
        self._models = tuple(models)
        self._threads = threads
        self._prices = prices
        self._seconds = seconds

    def ask(self, request: Request[FormT], read: Callable[[FormT], T], deadline: Deadline) -> T:
        """Return what `read` makes of the form as the first model filled it in that `read` does not refuse.

        `read` raises ValueError for what cannot be right. Raises NoAnswer where no model gave anything useful before
        the deadline.
        """
        return self._first(
            request.purpose,
            lambda model, seconds: model.fill(request, seconds),
            lambda filled: _read(filled, request.form, read),
            deadline,
        )

    def converse(self, purpose: str, ask: Speak, deadline: Deadline, *, with_tools: bool) -> "AIMessage":
        """The next message of a conversation with tools, of the first model that has one. Raises NoAnswer."""
        return self._first(
            purpose,
            lambda model, seconds: model.speak(ask, seconds, with_tools=with_tools),
            _said,
            deadline,
        )

    def _first(
        self, purpose: str, call: Callable[[ChatModel, float], R], read: Callable[[R], T], deadline: Deadline
    ) -> T:
        for model, breaker in self._models:
            seconds = deadline.within(self._seconds)
            if seconds < LEAST_SECONDS:
                break
            if not breaker.may_ask():
                continue
            try:
                return self._ask_one(model, breaker, purpose, call, read, seconds)
            except ModelFailed:
                continue
        raise NoAnswer("no model gave a useful answer in time")

    def _ask_one(
        self,
        model: ChatModel,
        breaker: Breaker,
        purpose: str,
        call: Callable[[ChatModel, float], R],
        read: Callable[[R], T],
        seconds: float,
    ) -> T:
        started = time.monotonic()
        at = clock.now()
        tokens = Tokens()
        outcome = CallOutcome.FAILED
        try:
            told = self._watched(model, call, seconds)
            tokens = told.tokens
            breaker.answered()
            result = read(told)
            outcome = CallOutcome.ANSWERED
            return result
        except ModelFailed as failure:
            outcome = failure.outcome
            _blame(breaker, failure, fair=seconds >= self._seconds * _FAIR_SHARE)
            log.warning("model_failed", model=str(model.name), purpose=purpose, outcome=outcome)
            raise
        finally:
            note(
                ModelCall(
                    purpose=purpose,
                    provider=model.name.provider,
                    model=model.name.model,
                    outcome=outcome,
                    tokens=tokens,
                    cost=self._prices.cost(model.name, tokens),
                    currency=self._prices.currency,
                    duration_ms=round((time.monotonic() - started) * 1000),
                    at=at,
                )
            )

    def _watched(self, model: ChatModel, call: Callable[[ChatModel, float], R], seconds: float) -> R:
        """The call by the clock on the wall: what a server sends a byte at a time never runs into a read's time-out."""
        try:
            return self._threads.run(lambda: call(model, seconds), seconds)
        except TimeoutError as error:
            raise ModelFailed(CallOutcome.TIMED_OUT) from error
        except RuntimeError as error:
            log.warning("model_not_called", model=str(model.name), error=type(error).__name__)
            raise ModelFailed(CallOutcome.FAILED) from error


def _said(spoken: Spoken) -> "AIMessage":
    return spoken.message


def _read(filled: Filled, form: type[FormT], read: Callable[[FormT], T]) -> T:
    if filled.fields is None:
        raise ModelFailed(CallOutcome.GARBAGE)
    try:
        return read(form.model_validate(filled.fields))
    except ValueError as error:  # pydantic's ValidationError is one
        raise ModelFailed(CallOutcome.GARBAGE) from error


def _blame(breaker: Breaker, failure: ModelFailed, *, fair: bool) -> None:
    """Tell what a failure says of the provider; a `fair` call had time enough."""
    if failure.outcome is CallOutcome.RATE_LIMITED:
        breaker.pause(failure.retry_after)
    elif failure.outcome in _OF_ONE_MESSAGE:
        breaker.answered()
    elif failure.outcome is CallOutcome.TIMED_OUT:
        if fair:
            breaker.failed()
    elif failure.outcome is not CallOutcome.GARBAGE:
        breaker.failed()
