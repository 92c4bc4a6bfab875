"""Manychat's API: a text sent to a contact after the flow has gone on.

`POST {base}/fb/sending/sendContent` answers `{"status": "success"}` or `{"status": "error", "message", ...}`, the
latter also with HTTP 200. It knows no idempotency: a send whose fate is unknown must not be repeated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from cci_app.channels.reply import manychat_content
from cci_app.core.errors import Conflict, Unavailable

_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
# Before anything was sent, or refused before it was looked at.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LONGEST_REASON = 300


class Fate(StrEnum):
    """What became of a push."""

    PUSHED = "pushed"
    REFUSED = "refused"
    RETRY = "retry"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class PushResult:
    """The fate of a push and, unless it arrived, the reason; `retry_after` in seconds where Manychat named it."""

    fate: Fate
    reason: str | None = None
    retry_after: float | None = None


class Manychat:
    """Sends texts to contacts of one Manychat page."""

    def __init__(self, api_key: str, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    def push(self, subscriber_id: int | str, text: str) -> PushResult:
        """Send a text to a contact, once. Never raises for what the other side does."""
        data = {"version": "v2", "content": manychat_content(text)}
        try:
            response = self._client.post("/fb/sending/sendContent", json={"subscriber_id": subscriber_id, "data": data})
        except _NOT_SENT as error:
            return PushResult(Fate.RETRY, f"Manychat cannot be reached ({type(error).__name__})")
        except httpx.HTTPError as error:
            return PushResult(Fate.UNCERTAIN, f"Manychat did not say whether it arrived ({type(error).__name__})")
        return _read(response)

    def check(self) -> Iterator[str]:
        """Ask for the page that the key is of; say which it is. Raises Conflict or Unavailable for what is wrong."""
        try:
            response = self._client.get("/fb/page/getInfo")
        except httpx.HTTPError as error:
            raise Unavailable(
                f"Manychat cannot be reached ({type(error).__name__}): is MANYCHAT_BASE_URL right?"
            ) from error
        if response.status_code in {401, 403}:
            raise Conflict("Manychat does not accept MANYCHAT_API_KEY: make a new key under Settings, API")
        body = _body_of(response)
        if response.status_code != 200 or body.get("status") != "success":
            raise Unavailable(f"Manychat answered {response.status_code} and does not say which page the key is of")
        page = body.get("data")
        name = page.get("name") if isinstance(page, dict) else None
        yield f"the key is of the page {name}" if name else "Manychat accepts the key"

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


def _read(response: httpx.Response) -> PushResult:
    status = response.status_code
    if status in {429, 503}:
        return PushResult(Fate.RETRY, f"Manychat answered {status}", _retry_after(response))
    if status >= 500:
        return PushResult(Fate.UNCERTAIN, f"Manychat answered {status}")
    body = _body_of(response)
    if status == 200 and body.get("status") == "success":
        return PushResult(Fate.PUSHED)
    if status == 200 and body.get("status") != "error":
        return PushResult(Fate.UNCERTAIN, "Manychat's answer could not be read")
    said = body.get("message")
    return PushResult(Fate.REFUSED, f"Manychat answered {status}: {said or 'no reason given'}"[:_LONGEST_REASON])


def _body_of(response: httpx.Response) -> dict[str, Any]:
    """The object that an answer holds; an empty one where it holds none."""
    try:
        body: Any = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(response: httpx.Response) -> float | None:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else None
