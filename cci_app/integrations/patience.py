"""How long a delivery puts up with a service that does not serve.

A fault is waited out here for some seconds. Beyond that the worker is given free, and the job comes back later.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

from cci_app.core.errors import Unavailable
from cci_app.core.retry import Patience

T = TypeVar("T")

# A pause that is asked for is waited here up to this; the job is put back for a longer one.
LONGEST_PAUSE_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.5
FAULTS = 6
COME_BACK_SECONDS = 60
_THROTTLED = frozenset({429, 503})
_BROKEN = frozenset({408, 425, 500, 502, 504})


class Trouble(Exception):  # noqa: N818
    """A call that may succeed when it is repeated; `retry_after` in seconds where the service named it.

    `heard` is false where there was no answer at all.
    """

    def __init__(self, words: str, retry_after: float | None = None, *, heard: bool = True) -> None:
        super().__init__(words)
        self.words = words
        self.retry_after = retry_after
        self.heard = heard


def patiently(service: str, call: Callable[[], T], address: str | None = None) -> T:
    """What the call brings, tried again where it raises Trouble. Raises Unavailable where that is not to be waited out.

    `address` names the setting that says where the service is.
    """
    patience = Patience(
        FAULTS,
        FIRST_PAUSE_SECONDS,
        LONGEST_PAUSE_SECONDS,
        passing=lambda error: isinstance(error, Trouble),
        asked=lambda error: error.retry_after if isinstance(error, Trouble) else None,
    )
    try:
        return patience.call(call)
    except Trouble as trouble:
        asked = trouble.retry_after
        if asked is not None and asked > LONGEST_PAUSE_SECONDS:
            words = f"{service} {trouble.words} and asks to wait {asked:.0f} s"
            raise Unavailable(words, retry_after=math.ceil(asked)) from trouble
        words = f"{service} {trouble.words}, {FAULTS} times in a row"
        if address and not trouble.heard:
            words += f": is {address} right?"
        raise Unavailable(words, retry_after=COME_BACK_SECONDS) from trouble


def attempt(send: Callable[[], httpx.Response]) -> httpx.Response:
    """What a service answers. Raises Trouble for a broken connection and for answers that ask to come again."""
    try:
        response = send()
    except httpx.TransportError as error:
        raise Trouble(f"cannot be reached ({type(error).__name__})", heard=False) from error
    if response.status_code in _THROTTLED:
        raise Trouble(f"turns us away ({response.status_code})", retry_after(response))
    if response.status_code in _BROKEN:
        raise Trouble(f"does not work at present ({response.status_code})", retry_after(response))
    return response


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the answer asks to wait; None where it names none."""
    return pause_named(response.headers.get("Retry-After", ""))


def pause_named(value: str) -> float | None:
    """The seconds that a Retry-After names, as a number or as a date (RFC 9110, 10.2.3)."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
