"""What an error of a provider's client tells: of the provider, of us, or of one message only.

Every status of HTTP has a class, also one that nobody has thought of. The words of the answer decide where providers
use one status for several things; they are looked at here and kept nowhere, for they may quote the message.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx
import httpx2
from langchain_core.exceptions import ContextOverflowError, ModelConnectionError, ModelTimeoutError

from cci_app.llm.calls import CallOutcome

_TIMEOUTS: Final = (ModelTimeoutError, httpx.TimeoutException, httpx2.TimeoutException)
_CONNECTIONS: Final = (ModelConnectionError, httpx.TransportError, httpx2.TransportError)

# Not a word of the provider's refusal is ours: codes first, then what stands in the sentences beside them.
_FILTERED: Final = re.compile(
    r"content[_ -]?(?:filter|policy|management|exists risk)|contentfilter|responsible[_ -]?ai|moderation|safety|flagged"
    r"|prohibited|inappropriate|unsafe|high risk|(?<!case[ -])sensitive|data_inspection|guard ?rail|usage polic"
    r"|harm(?:ful)?\b|敏感|不安全"
    # Of a text: whoever calls may be blocked, too.
    r"|\b(?:content|prompt|input|output|text|generation)s?\b.{0,60}\bblocked"
    r"|\bblocked (?:by|output|input|content|prompt)",
    re.IGNORECASE,
)
_TOO_LONG: Final = re.compile(
    r"context[_ -]?(?:length|window|size)|too (?:long|large|many tokens)|maximum (?:context|number of tokens|tokens)"
    r"|string_above_max_length",
    re.IGNORECASE,
)
_UNPAID: Final = re.compile(
    r"insufficient[_ ](?:\w+[_ ])?(?:quota|balance|funds?|credits?)|\bcredits?\b|\bbalance\b|billing|payment|arrear"
    r"|quota_exceeded|exceeded your current quota|out of funds|over budget|budget has been|budget_?exceeded"
    r"|exceeded_?budget",
    re.IGNORECASE,
)
# A limit that passes with time, whatever its advice says of paying for a higher one.
_PASSES: Final = re.compile(
    r"rate[_ -]?limit|\bper (?:second|minute|hour|day)|(?:retry|again) (?:in|after)\b", re.IGNORECASE
)
# What is wrong with the account, the model or how we ask it, and so with every other message too.
_NOT_OURS_TO_USE: Final = re.compile(
    r"api[_ -]?key|credential|authenticat|unauthori[sz]ed|permission|access denied|unable to access|suspended"
    r"|deactivated|disabled|decommissioned|\blocation\b|\bcountry\b|\bregion\b"
    r"|model[_ -]?not[_ -]?found|not[_ ]exist|(?:unknown|unsupported|invalid|valid)[_ ](?:model|parameter|value)"
    r"|(?:not|no longer) support|not supported (?:for|with|by) th|tool choice requires",
    re.IGNORECASE,
)
_LONGEST = 4000

# Of whoever calls, whatever the text.
_OF_THE_CALLER: Final = frozenset({401, 402, 407, 413, 429})
# 424 is a provider behind the provider, 498 and 499 a want of room and a call that was cut off.
_MAY_PASS: Final = frozenset({408, 409, 424, 425, 498, 499})


def outcome_of(error: BaseException) -> CallOutcome:
    """The outcome that an error of a client tells. What no client says of itself comes of an unreadable answer."""
    chain = list(_chain(error))
    status = next(filter(None, map(_status, chain)), None)
    # LangChain takes every 413 for a text that is too long; a proxy on the way has a limit of its own.
    if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE and any(isinstance(each, ContextOverflowError) for each in chain):
        return CallOutcome.TOO_LONG
    if status is not None:
        # The provider's own words: those that a client puts around them speak of the status alone.
        said = next(_said(each) for each in chain if _status(each) is not None)
        return outcome_of_status(status, said[:_LONGEST])
    if any(isinstance(each, _TIMEOUTS) for each in chain):
        return CallOutcome.TIMED_OUT
    if any(isinstance(each, _CONNECTIONS) for each in chain):
        return CallOutcome.FAILED
    return CallOutcome.GARBAGE


def outcome_of_status(status: int, said: str) -> CallOutcome:
    """The outcome that a status of HTTP tells, with the words of the answer beside it."""
    if 400 <= status < 500 and status not in _OF_THE_CALLER and _FILTERED.search(said):
        return CallOutcome.FILTERED
    if status in {400, 413, 422, 429} and _TOO_LONG.search(said):
        return CallOutcome.TOO_LONG
    if status == HTTPStatus.TOO_MANY_REQUESTS and _PASSES.search(said):
        return CallOutcome.RATE_LIMITED
    if status == HTTPStatus.PAYMENT_REQUIRED or (400 <= status < 500 and status != 413 and _UNPAID.search(said)):
        return CallOutcome.UNPAID
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return CallOutcome.RATE_LIMITED
    if status in _MAY_PASS or status >= 500:
        return CallOutcome.FAILED
    if status == HTTPStatus.BAD_REQUEST and not _NOT_OURS_TO_USE.search(said):
        return CallOutcome.INVALID
    return CallOutcome.REFUSED if status >= 300 else CallOutcome.GARBAGE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    """The status as the three clients' errors hold it."""
    for name in ("status_code", "code"):
        status = getattr(error, name, None)
        if isinstance(status, int) and 100 <= status < 600:
            return status
    return None


def _said(error: BaseException) -> str:
    bodies = [getattr(error, name, None) for name in ("body", "details")]
    return " ".join(" ".join(_strings(body)) for body in bodies if body)


def _strings(value: Any, depth: int = 4) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and depth:
        for each in value.values():
            yield from _strings(each, depth - 1)
    elif isinstance(value, list | tuple) and depth:
        for each in value:
            yield from _strings(each, depth - 1)
