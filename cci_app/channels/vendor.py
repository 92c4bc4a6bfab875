"""Requests to the service of a channel, and what came of them: bounded in time and size, and never sent twice."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx

from cci_app.channels.ports import Retry, Uncertain
from cci_app.core.deadline import Deadline
from cci_app.core.errors import Unavailable
from cci_app.core.outbound.transport import GuardedTransport

SECONDS = 10.0
_CONNECT_SECONDS = 3.0
# No answer of an API that we ask is a tenth as long.
_LONGEST_ANSWER = 1 << 20
# Before anything was sent, or refused before it was looked at.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class VendorAnswer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def fields(self) -> dict[str, Any]:
        """The answer as a JSON object; empty where it is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """In how many seconds to come back, where the service says so."""
        seconds = self.headers.get("retry-after", "")
        return float(seconds) if seconds.isdecimal() else None


class Vendor:
    """A service at `base_url`, called `name` in what is told of it.

    A `guarded` one stands at an address that anybody may have named: it is reached on the public internet alone, or
    where `loopback` allows it on this machine.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        guarded: bool = False,
        loopback: bool = False,
    ) -> None:
        self.name = name
        self._loopback = loopback
        self._given: dict[str, Any] = {
            "base_url": base_url,
            "headers": {**(headers or {}), "Accept-Encoding": "identity"},
            "auth": basic,
            "timeout": httpx.Timeout(SECONDS, connect=_CONNECT_SECONDS),
            "follow_redirects": False,
            "trust_env": False,
        }
        self._kept = None if guarded else httpx.Client(**self._given, verify=_tls())

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        most_bytes: int = _LONGEST_ANSWER,
    ) -> VendorAnswer | Retry | Uncertain:
        """Ask once. Retry where it certainly did not arrive, Uncertain where nobody knows."""
        try:
            with (
                self._client() as client,
                client.stream(method, path, json=json, data=form, params=query) as response,
            ):
                body = bytearray()
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > most_bytes:
                        return Uncertain(f"the answer of {self.name} is larger than {most_bytes:,} bytes")
                return VendorAnswer(response.status_code, dict(response.headers), bytes(body))
        except _NOT_SENT as error:
            return Retry(f"{self.name} cannot be reached ({type(error).__name__})")
        except httpx.HTTPError as error:
            return Uncertain(f"{self.name} did not say whether it arrived ({type(error).__name__})")

    def look_up(self, method: str, path: str, **more: Any) -> VendorAnswer:
        """Ask for what changes nothing. Raises Unavailable where there is no answer."""
        answer = self.ask(method, path, **more)
        if not isinstance(answer, VendorAnswer):
            raise Unavailable(answer.reason)
        return answer

    def close(self) -> None:
        """Close its connections."""
        if self._kept is not None:
            self._kept.close()

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        if self._kept is not None:
            yield self._kept
            return
        transport = GuardedTransport(Deadline.after(SECONDS), loopback=self._loopback)
        with httpx.Client(**self._given, transport=transport) as client:
            yield client


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """What every client trusts: made once, for reading the authorities takes some 15 ms."""
    return httpx.create_ssl_context(trust_env=False)
