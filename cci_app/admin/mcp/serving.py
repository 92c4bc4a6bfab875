"""One request of the Model Context Protocol, answered by the SDK's own server on the event loop of this process.

Without sessions: each request says all that it needs, so that any process may answer it. The SDK speaks ASGI; what
comes in by WSGI is handed to it as one request with its whole body, and its answer is one JSON.
"""

import asyncio
import functools
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations

from cci_app.core.errors import CciError
from cci_app.core.event_loop import run_async

NAME: Final = "cci-app"
_SECONDS: Final = 30.0
# What is said here of what the SDK reads of headers: who asks has proved themselves to our own edge.
_NO_GUARD: Final = TransportSecuritySettings(enable_dns_rebinding_protection=False)
_PASSED_ON: Final = ("mcp-protocol-version", "mcp-method", "mcp-name")


@dataclass(slots=True)
class McpAnswer:
    """What the server said."""

    status: int = 500
    content_type: str = "application/json"
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take a message of ASGI."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
            kinds = [value.decode() for name, value in self.headers if name.lower() == b"content-type"]
            self.content_type = kinds[0] if kinds else self.content_type
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def answer(
    functions: Iterable[Callable[..., dict[str, Any]]], body: bytes, headers: MutableMapping[str, str] | Any
) -> McpAnswer:
    """Answer a request with these functions as tools. Whatever they need of the present request, they have."""
    passed = [(name.encode(), headers[name].encode()) for name in _PASSED_ON if headers.get(name)]
    return run_async(_answered(_server(functions), body, passed), _SECONDS)


def _server(functions: Iterable[Callable[..., dict[str, Any]]]) -> MCPServer:
    server = MCPServer(
        NAME, log_level="WARNING", instructions="Reads what an organisation's assistants know and were told."
    )
    for function in functions:
        reads = ToolAnnotations(read_only_hint=not function.__name__.startswith("export"))
        server.add_tool(_in_a_thread(function), name=function.__name__, annotations=reads)
    return server


def _in_a_thread(function: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
    """The function beside the loop, for it asks the database; what it refuses is told in its own words."""

    @functools.wraps(function)
    async def call(**arguments: Any) -> dict[str, Any]:
        try:
            return await asyncio.to_thread(function, **arguments)
        except CciError as error:
            raise ToolError(error.message) from error

    return call


async def _answered(server: MCPServer, body: bytes, headers: list[tuple[bytes, bytes]]) -> McpAnswer:
    said = McpAnswer()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/mcp",
        "raw_path": b"/mcp",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"accept", b"application/json, text/event-stream"),
            (b"content-length", str(len(body)).encode()),
            *headers,
        ],
        "client": None,
        "server": None,
    }
    given = iter([{"type": "http.request", "body": body, "more_body": False}])
    ended = asyncio.Event()

    async def receive() -> MutableMapping[str, Any]:
        for message in given:
            return message
        await ended.wait()
        return {"type": "http.disconnect"}

    app = server.streamable_http_app(json_response=True, stateless_http=True, transport_security=_NO_GUARD)
    async with server.session_manager.run():
        await app(scope, receive, said.send)
        ended.set()
    return said
