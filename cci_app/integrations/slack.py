"""A channel at Slack, by its incoming webhook."""

from collections.abc import Iterator

import httpx

from cci_app.core.errors import InvalidInput, Unavailable

_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class SlackRefused(InvalidInput):
    """Slack will not take this, however often it is sent."""


class Slack:
    """Takes texts. The address is the secret: no message of an error repeats it."""

    def __init__(self, webhook: str) -> None:
        self._webhook = webhook

    def post(self, text: str) -> None:
        """Say something there. Raises SlackRefused, and Unavailable for what may go better another time."""
        try:
            answer = httpx.post(self._webhook, json={"text": text}, timeout=_TIMEOUT, trust_env=False)
        except httpx.HTTPError as error:
            raise Unavailable(f"Slack cannot be reached: {type(error).__name__}") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            after = answer.headers.get("Retry-After", "")
            raise Unavailable(
                f"Slack asks to wait ({answer.status_code})", retry_after=int(after) if after.isdigit() else None
            )
        if answer.status_code != 200:
            raise SlackRefused(f"Slack does not take it ({answer.status_code}): make the webhook anew")

    def check(self) -> Iterator[str]:
        """Say what works."""
        self.post("cci-app: this channel is told what needs a human.")
        yield "a message was posted"
