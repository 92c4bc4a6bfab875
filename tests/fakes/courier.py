"""A channel on which nobody waits for a reply, and its service on loopback, which keeps what it is sent.

It is loaded as anybody's own channel is: `CHANNEL_MODULES=["tests.fakes.courier"]`. It delivers
`{"events": [{"id", "from", "text"}]}`, signed in `X-Courier-Signature` by HMAC-SHA256 over the raw body, as the real
ones are, and takes `{"to", "text"}` at `/messages`.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx
from pydantic import SecretStr

from cci_app.channels.message import Address, Inbound, Part, Text
from cci_app.channels.ports import (
    Delivery,
    Fault,
    Incoming,
    Limits,
    Rendered,
    Reply,
    Retry,
    Sent,
    Uncertain,
    read_fault,
)
from cci_app.core.errors import InvalidInput
from cci_app.core.outside.kind import AccountKind, Fields
from config.settings import Settings
from tests.fakes.serving import POLL_SECONDS

KIND = "courier"
SIGNATURE = "X-Courier-Signature"


class Courier:
    """One number at the courier's; without its secret it takes nothing and sends nothing."""

    kind = KIND
    limits = Limits(listener=False, pushes=True)
    errors: Mapping[str, Fault] = {"429": Fault.RETRY}

    def __init__(self, secret: str = "", base_url: str = "") -> None:
        self._secret = secret
        self._client = httpx.Client(base_url=base_url, timeout=10, trust_env=False)

    def verify(self, incoming: Incoming) -> bool:
        """Whether the signature is that of the body."""
        given = {name.lower(): value for name, value in incoming.headers.items()}.get(SIGNATURE.lower(), "")
        return bool(self._secret) and hmac.compare_digest(given.encode(), sign(self._secret, incoming.body).encode())

    def parse(self, incoming: Incoming) -> Sequence[Inbound]:
        """The messages in a delivery."""
        try:
            events = json.loads(incoming.body)["events"]
            return [
                Inbound(
                    channel=KIND,
                    account=incoming.account,
                    sender=one["from"],
                    parts=(Text(one["text"]),),
                    event_id=one["id"],
                    reply_to=Address(KIND, incoming.account, one["from"]),
                )
                for one in events
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput("no delivery of the courier's") from error

    def render(self, reply: Reply) -> Rendered:
        """An acknowledgement."""
        return Rendered(b"", "text/plain")

    def send(self, part: Part, address: Address, key: str) -> Delivery:
        """Hand over one part."""
        try:
            response = self._client.post("/messages", json={"to": address.to, "text": part.plain})
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Retry("the courier cannot be reached")
        except httpx.HTTPError as error:
            return Uncertain(type(error).__name__)
        if response.status_code == 200:
            return Sent(str(response.json()["id"]))
        return read_fault(self.errors, str(response.status_code), f"the courier answered {response.status_code}", 0.1)

    def check(self) -> Iterator[str]:
        """Nothing can be asked of it."""
        yield "the courier takes everything"

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


class CourierFields(Fields):
    """A number at the courier's."""

    secret: SecretStr
    number: str
    base_url: str


def _open(fields: CourierFields, _: Settings) -> Courier:
    return Courier(fields.secret.get_secret_value(), fields.base_url)


KINDS = (AccountKind(KIND, "a number at the courier's", CourierFields, _open, lambda fields: fields.number),)


def channels(_: Settings) -> list[Courier]:
    """The channel of this module."""
    return [Courier()]


def sign(secret: str, body: bytes) -> str:
    """The signature of a delivery."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def delivery(secret: str, *messages: tuple[str, str, str]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery of messages, each its id, its sender and its text."""
    events = [{"id": id_, "from": sender, "text": text} for id_, sender, text in messages]
    body = json.dumps({"events": events}).encode()
    return body, {SIGNATURE: sign(secret, body), "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Carried:
    """What the courier was given for somebody, and when."""

    to: str
    text: str
    at: float


class FakeCourier:
    """The service, for the length of a context. `carried` has what it was given, in order; `refuses` the next ones."""

    def __init__(self) -> None:
        self.carried: list[Carried] = []
        self.refuses = 0
        self._lock = threading.Lock()
        self._server = _serve(self._take)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables that load the channel."""
        return {"CHANNEL_MODULES": '["tests.fakes.courier"]'}

    def texts(self, to: str) -> list[str]:
        """What somebody was brought."""
        return [carried.text for carried in self.carried if carried.to == to]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), name="courier", daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            if self.refuses:
                self.refuses -= 1
                return 429, {}
            self.carried.append(Carried(given["to"], given["text"], time.monotonic()))
            return 200, {"id": f"courier-{len(self.carried)}"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that was killed is what this is about."""


def _serve(take: Any) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm: ClassVar[bool] = True

        def do_POST(self) -> None:
            status, answer = take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return _Server(("127.0.0.1", 0), Handler)
