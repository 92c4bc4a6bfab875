"""Requests as bytes, so that what a library would refuse to send can be sent; and two ways of sending them."""

import io
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request: `what` names the entry point, `operation` the documented operation (None where it is none).

    `raw` replaces everything else on the wire; `may_be_dropped` where closing the connection is an answer too;
    `right` is a status of 5xx that the standard asks for.
    """

    what: str
    method: str = "GET"
    target: str = "/"
    headers: tuple[tuple[str, bytes], ...] = ()
    body: bytes | None = None
    operation: str | None = None
    raw: bytes | None = None
    may_be_dropped: bool = False
    right: int = 0

    def encoded(self, host: str) -> bytes:
        """The bytes on the wire."""
        if self.raw is not None:
            return self.raw
        lines = [f"{self.method} {self.target} HTTP/1.1".encode(), b"Host: " + host.encode(), b"Connection: close"]
        if self.body is not None:
            lines.append(b"Content-Length: %d" % len(self.body))
        lines += [name.encode() + b": " + value for name, value in self.headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back; status 0 stands for no answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ours(self) -> bool:
        """Whether the application answered, not the server before it."""
        return "x-request-id" in self.headers

    def fault(self, allowed: frozenset[int] | None) -> str | None:
        """What is wrong with it beside its status being 5xx; `allowed` are the operation's documented statuses."""
        if "x-injected" in self.headers:
            return "a header was injected"
        if self.ours and self.status >= 400 and not _is_envelope(self.body, self.status):
            return f"{self.status} without the envelope"
        if self.ours and allowed is not None and self.status not in allowed and self.status != 404:
            return f"{self.status} is not documented"
        return None


Send = Callable[[Attempt], Outcome]


def _is_envelope(body: bytes, status: int) -> bool:
    if not body:
        return status < 500  # the answer to HEAD
    try:
        error: Any = json.loads(body)["error"]
        return {"code", "message", "details", "request_id"} == set(error)
    except (ValueError, KeyError, TypeError):
        return False


def over_http(address: str) -> Send:
    """Send to a server, each request over a connection of its own."""
    host, _, port = urlsplit(address).netloc.partition(":")

    def send(attempt: Attempt) -> Outcome:
        with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
            try:
                connection.sendall(attempt.encoded(f"{host}:{port}"))
                if attempt.raw is not None:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it may have answered before it had read all
            try:
                response = HTTPResponse(connection, method=attempt.method)
                response.begin()
                headers = {name.lower(): value for name, value in response.getheaders()}
                return Outcome(response.status, headers, response.read())
            except (OSError, HTTPException):
                return Outcome(0)

    return send


def over_wsgi(app: Any) -> Send:
    """Call a WSGI application; requests that only a server can read get no answer."""

    def send(attempt: Attempt) -> Outcome:
        if attempt.raw is not None:
            return Outcome(0)
        path, _, query = attempt.target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": attempt.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(attempt.body or b""),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(attempt.body or b"")),
        }
        for name, value in attempt.headers:
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.decode("latin-1")
        answer: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer["status"] = int(status.split()[0])
            answer["headers"] = {name.lower(): value for name, value in headers}

        chunks = app(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return Outcome(answer["status"], answer["headers"], body)

    return send
