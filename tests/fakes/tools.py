"""Servers of tools on loopback: an MCP server of the official SDK in a process of its own, and plain HTTP ones."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cci_app.embedded.processes import LOOPBACK
from tests.fakes.serving import POLL_SECONDS

_PROGRAM = '''
import sys
import time
from mcp.server import MCPServer

server = MCPServer("shop")
described = sys.argv[2]


def order_status(order: str) -> str:
    """The state of an order"""
    return f"order {order} is on its way"


def cancel_order(order: str) -> str:
    """Cancel an order"""
    return f"order {order} is cancelled"


def fails(order: str) -> str:
    """Always fails"""
    raise ValueError("out of order")


def sleeps(order: str) -> str:
    """Takes its time"""
    time.sleep(60)
    return "at last"


def floods(order: str) -> str:
    """Tells more than anybody reads"""
    return "order " * 1_000_000


order_status.__doc__ = described
troubled = (sleeps, floods) if sys.argv[3:] else ()
for tool in (order_status, cancel_order, fails, *troubled):
    server.tool()(tool)
server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
'''
_STARTED_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        port: int = listening.getsockname()[1]
        return port


class McpShop:
    """An MCP server with three tools; it can be killed and started anew at the same address.

    A troubled one has two tools more: one that does not come to an end, and one that tells six megabytes.
    """

    def __init__(self, *, troubled: bool = False) -> None:
        self._more = ["troubled"] if troubled else []
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://{LOOPBACK}:{self._port}/mcp"

    def start(self, described: str = "The state of an order") -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-c", _PROGRAM, str(self._port), described, *self._more]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + _STARTED_SECONDS
        while True:
            try:
                socket.create_connection((LOOPBACK, self._port), 1).close()
                return
            except OSError:
                assert time.monotonic() < limit, "it did not start"
                time.sleep(0.05)

    def kill(self) -> None:
        """Kill it, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.kill()


@dataclass(frozen=True, slots=True)
class Heard:
    """A request that a fake service heard."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class FakeService:
    """A plain HTTP service: `answer` gives status and JSON (or text) to what it hears."""

    answer: Callable[[Heard], tuple[int, Any]]
    heard: list[Heard] = field(default_factory=list)
    _server: Any = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                heard = Heard(self.command, self.path, dict(self.headers.items()), json.loads(raw) if raw else None)
                service.heard.append(heard)
                status, told = service.answer(heard)
                content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 (of the base)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
