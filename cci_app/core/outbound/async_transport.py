"""The same guard for clients that run on the event loop: checked addresses only, and answers of a bounded size."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpcore2
import httpx2

from cci_app.core.outbound import transport
from cci_app.core.outbound.addresses import Resolve, all_allowed, resolve


class AsyncNotPublic(httpx2.TransportError):
    """The host is not on the public internet."""


class AsyncTooLarge(httpx2.TransportError):
    """An answer is larger than it may be."""


class GuardedAsyncTransport(httpx2.AsyncBaseTransport):
    """For `httpx2.AsyncClient(transport=...)`. `loopback` lets it reach this machine too, for tests."""

    def __init__(self, *, max_bytes: int, loopback: bool = False, resolve: Resolve = resolve) -> None:
        self._max_bytes = max_bytes
        backend = _GuardedAsyncBackend(loopback, resolve)
        self._pool = httpcore2.AsyncConnectionPool(ssl_context=transport._ssl_context(), network_backend=backend)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2.AsyncBaseTransport."""
        url = request.url
        try:
            response = await self._pool.handle_async_request(
                httpcore2.Request(
                    request.method,
                    httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            raise httpx2.TransportError(type(error).__name__) from error
        stream = _BoundedBody(response, self._max_bytes)
        return httpx2.Response(response.status, headers=response.headers, stream=stream, extensions=response.extensions)

    async def aclose(self) -> None:
        """See httpx2.AsyncBaseTransport."""
        await self._pool.aclose()


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response, max_bytes: int) -> None:
        self._response = response
        self._left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.aiter_stream():
                self._left -= len(chunk)
                if self._left < 0:
                    raise AsyncTooLarge("an answer is too large")
                yield chunk
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            raise httpx2.TransportError(type(error).__name__) from error

    async def aclose(self) -> None:
        await self._response.aclose()


class _GuardedAsyncBackend(httpcore2.AsyncNetworkBackend):
    def __init__(self, loopback: bool, resolve: Resolve) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        seconds = transport.CONNECT_SECONDS if timeout is None else min(timeout, transport.CONNECT_SECONDS)
        try:
            addresses = await asyncio.to_thread(self._resolve, host, port, seconds)
        except (OSError, UnicodeError, TimeoutError, RuntimeError) as error:
            raise httpcore2.ConnectError from error
        if not all_allowed(addresses, loopback=self._loopback):
            raise AsyncNotPublic("not a public host")
        return await self._sockets.connect_tcp(addresses[0], port, seconds, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._sockets.sleep(seconds)
