"""httpx's way to the network, with a guard on it: it connects to checked addresses only, and only until a deadline.

The check stands where the connection is made. No redirect, no spelling of an address and no name that resolves to
something else a moment later comes past it, for what was checked is what is connected to.
"""

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from cci_app.core.deadline import Deadline
from cci_app.core.outbound.addresses import Resolve, all_allowed, is_public_name, resolve

CONNECT_SECONDS = 5.0
_MOST_ADDRESSES = 4


class NotPublic(httpx.TransportError):
    """The host is not on the public internet.

    A name that could only be one of an inner network is not there either: whether it exists is nobody's business.
    """


class NoSuchHost(httpx.TransportError):
    """The host's name is one of the public internet, and nowhere."""


class GuardedTransport(httpx.BaseTransport):
    """For `httpx.Client(transport=...)`: what it is used for ends at `deadline`, a server that trickles included.

    `loopback` lets it reach this machine too, for tests. Raises httpx.TransportError, as NotPublic and NoSuchHost are.
    """

    def __init__(self, deadline: Deadline, *, loopback: bool = False, resolve: Resolve = resolve) -> None:
        backend = _GuardedBackend(deadline, loopback, resolve)
        self._pool = httpcore.ConnectionPool(ssl_context=_ssl_context(), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        url = request.url
        content = request.stream
        assert isinstance(content, httpx.SyncByteStream)  # noqa: S101 (a synchronous client makes no other)
        with _errors():
            response = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=content,
                    extensions=request.extensions,
                )
            )
        stream = _Body(response)
        return httpx.Response(response.status, headers=response.headers, stream=stream, extensions=response.extensions)

    def close(self) -> None:
        """See httpx.BaseTransport."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _errors():
            yield from self._response.iter_stream()

    def close(self) -> None:
        with _errors():
            self._response.close()


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline, loopback: bool, resolve: Resolve) -> None:
        self._deadline = deadline
        self._loopback = loopback
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectTimeout()
        for address in self._checked(host, port):
            seconds = self._deadline.within(CONNECT_SECONDS if timeout is None else min(timeout, CONNECT_SECONDS))
            if not seconds:
                break
            try:
                stream = self._sockets.connect_tcp(address, port, seconds, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked(self, host: str, port: int) -> list[str]:
        """The addresses of the host, of which every single one may be connected to."""
        try:
            addresses = self._resolve(host, port, self._deadline.within(CONNECT_SECONDS))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except (OSError, UnicodeError) as error:
            if getattr(error, "errno", None) == socket.EAI_AGAIN:
                raise httpcore.ConnectError from error
            raise (NoSuchHost if is_public_name(host) else NotPublic)("no such host") from error
        except RuntimeError as error:
            # Every thread that resolves hangs.
            raise httpcore.ConnectError from error
        if not all_allowed(addresses, loopback=self._loopback):
            raise NotPublic("not a public host")
        return addresses[:_MOST_ADDRESSES]


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no step outlives the deadline, however many steps there are."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._seconds(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._seconds(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._seconds(timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _seconds(self, timeout: float | None) -> float:
        left = self._deadline.left() if timeout is None else self._deadline.within(timeout)
        if not left:
            raise httpcore.ReadTimeout
        return left


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


@contextmanager
def _errors() -> Iterator[None]:
    """httpcore's errors as httpx's, which is what users of a client know."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(type(error).__name__) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.TransportError(type(error).__name__) from error
