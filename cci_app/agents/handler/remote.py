"""An organisation's own agent as a service: its four functions over HTTP, in an environment of its own.

`POST {url}/{function}` with the arguments as a JSON object and the shared secret as a bearer token; 200 with
`{"result": ...}`, or another status. `X-Deadline-Seconds` tells how long we wait, `X-Reply-Within-Seconds` how long the
person does. A function that the service does not have (404) says nothing.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

from cci_app.agents.handler.asking import ASKING, Asking
from cci_app.agents.handler.loading import Handler, HandlerError
from cci_app.core.deadline import Deadline

_SHORTEST_SECRET = 16
_CONNECT_SECONDS = 2.0
# For a call outside a turn, which there is none of in the product.
_SECONDS = 10.0


class RemoteFailed(Exception):  # noqa: N818
    """The service did not answer as it must; the message says how."""


class RemoteAgent:
    """Calls the functions of one service; connections are opened at the first call, in the process that makes it."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url.rstrip("/")
        self._secret = secret

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self._url,
            headers={"Authorization": f"Bearer {self._secret}"},
            follow_redirects=False,
            trust_env=False,
        )

    def call(self, function: str, arguments: dict[str, str]) -> Any:
        """What a function of the service returns, None for one that it does not have. Raises RemoteFailed."""
        asking = ASKING.get() or Asking(Deadline.after(_SECONDS))
        headers = {"X-Deadline-Seconds": f"{asking.limit.left():.3f}"}
        if asking.reply is not None:
            headers["X-Reply-Within-Seconds"] = f"{asking.reply.left():.3f}"
        timeout = httpx.Timeout(max(asking.limit.left(), 0.001), connect=_CONNECT_SECONDS)
        try:
            response = self._client.post(f"/{function}", json=arguments, headers=headers, timeout=timeout)
        except httpx.HTTPError as error:
            raise RemoteFailed(f"{function}: the service cannot be reached ({type(error).__name__})") from error
        if response.status_code == 404 and function == "get_contact_info":
            return None
        if response.status_code != 200:
            raise RemoteFailed(f"{function}: the service answered {response.status_code}")
        try:
            return response.json()["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise RemoteFailed(f"{function}: the service's answer has no result") from error


def remote_handler(url: str, secret: str | None) -> Handler:
    """The functions of the service at `url`. Raises HandlerError for an address or a secret that cannot serve."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise HandlerError("AGENT_HANDLER_URL must be an address such as http://127.0.0.1:8100, without a query")
    if len(secret or "") < _SHORTEST_SECRET:
        raise HandlerError(
            f"AGENT_HANDLER_SECRET must have {_SHORTEST_SECRET} characters or more: the service checks it"
        )
    agent = RemoteAgent(url, secret or "")

    def about(function: str) -> Callable[[str], Any]:
        return lambda user_id: agent.call(function, {"user_id": user_id})

    return Handler(
        module=f"{parts.scheme}://{parts.hostname}",
        chat=lambda user_id, user_input: agent.call("whatsapp_chat", {"user_id": user_id, "user_input": user_input}),
        status=about("get_user_status"),
        reset=about("reset_user_conversation"),
        contact=about("get_contact_info"),
    )
