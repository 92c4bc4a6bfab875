"""MCP servers over Streamable HTTP: one task on the event loop for each, which makes itself anew when its server dies.

The SDK's client belongs to the task that opened it, and is of no use once its connection broke: calls are handed to the
task, and it hands back what came of them.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx2
import structlog
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import REQUEST_TIMEOUT

from cci_app.core.event_loop import run_async
from cci_app.core.outbound.async_transport import GuardedAsyncTransport
from cci_app.tools.own.definitions import MOST_TOOLS, ToolDefinition
from cci_app.tools.ports import ToolFailed

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 1024 * 1024
_IDLE_SECONDS: Final = 300.0
_PAGES: Final = 5
_LINKS: Final = 256

T = TypeVar("T")
Question = Callable[[Client], Awaitable[T]]


class ServerAway(ToolFailed):
    """The server did not answer, or its connection broke. `asked` tells whether it may have heard the question."""


@dataclass(frozen=True, slots=True)
class McpAddress:
    """Where a server is, and what proves who asks; two that differ in any of it are two connections."""

    url: str
    token: str | None
    loopback: bool


class McpLink:
    """The connection to one server. Safe to share between threads."""

    def __init__(self, address: McpAddress) -> None:
        self._address = address
        self._questions: asyncio.Queue[tuple[Question[Any], asyncio.Future[Any]]] | None = None
        self._task: asyncio.Task[None] | None = None

    def tools(self, seconds: float) -> list[ToolDefinition]:
        """The tools of the server, as it describes them now. Raises ToolFailed."""
        return self._patiently(_list_tools, seconds)

    def call(self, name: str, arguments: Mapping[str, Any], seconds: float, *, again: bool) -> Any:
        """What a tool of the server gives: JSON. `again`: it may be asked twice. Raises ToolFailed."""

        async def ask(client: Client) -> Any:
            result = await client.call_tool(name, dict(arguments), read_timeout_seconds=seconds)
            text = "\n".join(block.text for block in result.content if block.type == "text")
            if result.is_error:
                raise ToolFailed(f"the tool says: {text[:1000]}")
            return result.structured_content if result.structured_content is not None else text

        return self._patiently(ask, seconds) if again else self._once(ask, seconds)

    def _patiently(self, question: Question[T], seconds: float) -> T:
        """Ask, and once more where the connection broke: the server may have been started anew since."""
        try:
            return self._once(question, seconds)
        except ServerAway:
            return self._once(question, seconds)

    def _once(self, question: Question[T], seconds: float) -> T:
        try:
            return run_async(self._ask(question), seconds)
        except TimeoutError as error:
            raise ServerAway(f"the server did not answer within {seconds:.0f} s") from error

    async def _ask(self, question: Question[T]) -> T:
        if self._task is None or self._task.done() or self._questions is None:
            self._questions = asyncio.Queue()
            self._task = asyncio.create_task(self._serve(self._questions))
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        await self._questions.put((question, answer))
        return await answer

    async def _serve(self, questions: "asyncio.Queue[tuple[Question[Any], asyncio.Future[Any]]]") -> None:
        """Answer questions over one connection until it breaks or nobody asks; the next question makes another."""
        asked: set[asyncio.Future[Any]] = set()
        running: set[asyncio.Task[None]] = set()
        broken = asyncio.Event()
        try:
            async with self._connected() as client:
                while (next_one := await _next(questions, broken)) is not None:
                    question, answer = next_one
                    asked.add(answer)
                    task = asyncio.create_task(_answer(client, question, answer, broken))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    answer.add_done_callback(asked.discard)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit) and not broken.is_set():
                current = asyncio.current_task()
                if current is not None and current.cancelling():
                    raise
            log.info("mcp_connection_ended", error=type(error).__name__)
        finally:
            self._task = None
            for task in running:
                task.cancel()
            while not questions.empty():
                asked.add(questions.get_nowait()[1])
            for answer in asked:
                if not answer.done():
                    answer.set_exception(ServerAway("the server cannot be reached at present"))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Client]:
        token = self._address.token
        async with httpx2.AsyncClient(
            transport=GuardedAsyncTransport(max_bytes=MOST_BYTES, loopback=self._address.loopback),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx2.Timeout(30.0, connect=5.0),
            trust_env=False,
            follow_redirects=False,
        ) as http:
            transport = streamable_http_client(self._address.url, http_client=http, terminate_on_close=False)
            async with Client(transport, cache=None) as client:
                yield client


async def _next(
    questions: "asyncio.Queue[tuple[Question[Any], asyncio.Future[Any]]]", broken: asyncio.Event
) -> tuple[Question[Any], "asyncio.Future[Any]"] | None:
    """The next question; None where the connection broke, or nobody asked for long."""
    getting = asyncio.ensure_future(questions.get())
    breaking = asyncio.ensure_future(broken.wait())
    try:
        done, _ = await asyncio.wait({getting, breaking}, timeout=_IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if getting in done and not broken.is_set():
            return getting.result()
        if getting in done:
            await questions.put(getting.result())
        return None
    finally:
        for waiting in (getting, breaking):
            if not waiting.done():
                waiting.cancel()
                with suppress(asyncio.CancelledError):
                    await waiting


async def _answer(client: Client, question: Question[T], answer: "asyncio.Future[T]", broken: asyncio.Event) -> None:
    try:
        told = await question(client)
        if not answer.done():
            answer.set_result(told)
    except ToolFailed as failure:
        _fail(answer, failure)
    except MCPError as error:
        if error.code == REQUEST_TIMEOUT:
            # The SDK's own clock, which runs beside that of whoever asks.
            _fail(answer, TimeoutError())
            return
        # An answer of the server's, unless the connection is what failed.
        gone = "closed" in str(error).lower() or "connection" in str(error).lower()
        _fail(answer, (ServerAway if gone else ToolFailed)(f"the server says: {str(error)[:300]}"))
        if gone:
            broken.set()
    except asyncio.CancelledError:
        _fail(answer, ServerAway("the connection to the server broke"))
        broken.set()
        raise
    except Exception as error:
        _fail(answer, ServerAway(f"the server cannot be used at present ({type(error).__name__})"))
        broken.set()


def _fail(answer: "asyncio.Future[Any]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)


async def _list_tools(client: Client) -> list[ToolDefinition]:
    found: list[ToolDefinition] = []
    cursor = None
    for _ in range(_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += [ToolDefinition(tool.name, tool.description or "", tool.input_schema) for tool in page.tools]
        cursor = page.next_cursor
        if cursor is None or len(found) >= MOST_TOOLS:
            break
    return found[:MOST_TOOLS]


class McpLinks:
    """The connections of one process, at most so many; the one that was asked longest ago makes room."""

    def __init__(self) -> None:
        self._links: OrderedDict[McpAddress, McpLink] = OrderedDict()
        self._lock = threading.Lock()

    def to(self, address: McpAddress) -> McpLink:
        """The connection to a server; it is opened by the first question."""
        with self._lock:
            link = self._links.pop(address, None) or McpLink(address)
            self._links[address] = link
            while len(self._links) > _LINKS:
                self._links.popitem(last=False)
            return link
