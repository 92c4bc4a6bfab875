"""What calls of models took and cost, gathered while a turn is thought about.

Whoever calls a model notes it; whoever answers for the turn gathers. What lies between the two (agents, understanding,
search) needs to know nothing of it, and what was spent is known also where an agent fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from prometheus_client import Counter, Histogram


class CallOutcome(StrEnum):
    """How a call of a model ended.

    `garbage`: an answer that is not what was asked for. `too_long`: more than the model reads. `filtered`: a text that
    the provider will not see or write. `invalid`: this request is not accepted. `refused`: the key, the address or the
    model's name is not accepted. `unpaid`: the account has no money left. `failed`: the provider has an error or is not
    there.
    """

    ANSWERED = "answered"
    GARBAGE = "garbage"
    TOO_LONG = "too_long"
    FILTERED = "filtered"
    INVALID = "invalid"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    UNPAID = "unpaid"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens that a model read and wrote, as its provider counts them; zero where it does not say."""

    input: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call. `purpose` is what it was for; `cost` is None where the price is not known."""

    purpose: str
    provider: str
    model: str
    outcome: CallOutcome
    tokens: Tokens
    cost: Decimal | None
    currency: str | None
    duration_ms: int
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        """The call as JSON; the cost as text, so that no digit is lost."""
        return {
            "purpose": self.purpose,
            "provider": self.provider,
            "model": self.model,
            "outcome": self.outcome,
            "input_tokens": self.tokens.input,
            "output_tokens": self.tokens.output,
            "cost": None if self.cost is None else str(self.cost),
            "currency": self.currency,
            "duration_ms": self.duration_ms,
            "at": self.at.isoformat(),
        }


MODEL_CALLS = Counter("cci_model_calls", "Calls of models", ["provider", "model", "purpose", "outcome"])
MODEL_TOKENS = Counter("cci_model_tokens", "Tokens of models", ["provider", "model", "direction"])
MODEL_SECONDS = Histogram(
    "cci_model_call_seconds",
    "Time a call of a model took",
    ["provider", "model"],
    buckets=(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 10, 30),
)

_gathering: ContextVar[list[ModelCall] | None] = ContextVar("model_calls", default=None)


@contextmanager
def gathered() -> Iterator[list[ModelCall]]:
    """Gather the calls that are made inside, in their order."""
    calls: list[ModelCall] = []
    token = _gathering.set(calls)
    try:
        yield calls
    finally:
        _gathering.reset(token)


def note(call: ModelCall) -> None:
    """Count a call, and add it to those that are being gathered, if anybody gathers."""
    MODEL_CALLS.labels(call.provider, call.model, call.purpose, call.outcome).inc()
    MODEL_TOKENS.labels(call.provider, call.model, "input").inc(call.tokens.input)
    MODEL_TOKENS.labels(call.provider, call.model, "output").inc(call.tokens.output)
    MODEL_SECONDS.labels(call.provider, call.model).observe(call.duration_ms / 1000)
    calls = _gathering.get()
    if calls is not None:
        calls.append(call)
