"""What calls of tools took and gave, gathered while a turn is thought about, as those of models are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import re2
from prometheus_client import Counter, Histogram

from cci_app.core.phone import mask
from cci_app.tools.ports import ToolKind

_LONGEST_VALUE: Final = 300
LONGEST_RESULT: Final = 2_000
_MOST_ENTRIES: Final = 30
_DEPTH: Final = 4
# Numbers that somebody can be called at, and addresses of e-mail.
_PRIVATE: Final = re2.compile(r"\+?\d[\d .()-]{6,18}\d|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


class ToolStatus(StrEnum):
    """How a call of a tool ended.

    `repeated`: it was done before, in an earlier attempt at the same turn. `unconfirmed`: the person has to say yes
    first. `refused`: the arguments are none of the tool's. `unknown`: there is no such tool. `uncertain`: whether an
    earlier attempt did it is not known, so it was not done again.
    """

    DONE = "done"
    REPEATED = "repeated"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    TIMED_OUT = "timed_out"

    @property
    def is_done(self) -> bool:
        """Whether what was asked for is done, now or before."""
        return self in {ToolStatus.DONE, ToolStatus.REPEATED}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call. `arguments` are masked, `result` is cut; `iteration` is the call of the model, from 1, that asked."""

    tool: str
    kind: ToolKind
    status: ToolStatus
    arguments: dict[str, Any]
    result: str
    iteration: int
    duration_ms: int
    at: datetime


TOOL_CALLS = Counter("cci_tool_calls", "Calls of tools", ["kind", "status"])
TOOL_SECONDS = Histogram(
    "cci_tool_call_seconds", "Time a call of a tool took", ["kind"], buckets=(0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30)
)

_gathering: ContextVar[list[ToolCall] | None] = ContextVar("tool_calls", default=None)


@contextmanager
def tools_gathered() -> Iterator[list[ToolCall]]:
    """Gather the calls that are made inside, in the order of their end."""
    calls: list[ToolCall] = []
    token = _gathering.set(calls)
    try:
        yield calls
    finally:
        _gathering.reset(token)


def note_tool(call: ToolCall) -> None:
    """Count a call, and add it to those that are being gathered, if anybody gathers."""
    TOOL_CALLS.labels(call.kind, call.status).inc()
    TOOL_SECONDS.labels(call.kind).observe(call.duration_ms / 1000)
    calls = _gathering.get()
    if calls is not None:
        calls.append(call)


def masked(value: Any, depth: int = _DEPTH) -> Any:
    """JSON with nothing in it that somebody could be called or written at, short enough to keep."""
    if isinstance(value, str):
        return masked_text(value)[:_LONGEST_VALUE]
    if isinstance(value, int | float) and not isinstance(value, bool) and len(str(value)) > 7:
        return masked_text(str(value))
    if isinstance(value, Mapping) and depth:
        few = list(value.items())[:_MOST_ENTRIES]
        return {str(name)[:64]: masked(each, depth - 1) for name, each in few}
    if isinstance(value, list | tuple) and depth:
        return [masked(each, depth - 1) for each in value[:_MOST_ENTRIES]]
    return value if value is None or isinstance(value, bool | int | float) else "…"


def masked_text(text: str) -> str:
    """A text with telephone numbers and addresses of e-mail made unusable."""
    return str(_PRIVATE.sub(lambda found: mask(found.group()), text))
