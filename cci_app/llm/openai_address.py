"""The base address of a service that speaks as OpenAI, where what was set has too little or too much path.

Services have their API at different paths, which no rule knows: one that says it has nothing at the path that was set
is asked at the others that are usual, and from then on where it answered. Nothing leaves for another host.
"""

import re
import time
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import structlog
from openai import DefaultHttpxClient

from config.settings import Settings

log = structlog.get_logger(__name__)

_USUAL = ("/v1", "/openai/v1", "/api/v1", "/v1beta/openai", "")
# What a server says of a path that it does not have, but of a model, too: in an error of OpenAI's form the words tell.
_NOT_THERE = frozenset({404, 405})
_ERROR = re.compile(rb'\s*\{\s*"error"')
_NO_PATH = re.compile(rb"\b(?:url|path|route|endpoint)\b|\bnot found\b", re.IGNORECASE)
_NO_MODEL = re.compile(rb"\b(?:model|deployment)", re.IGNORECASE)
# Where nothing was found, a service may yet be starting.
_AGAIN_SECONDS = 60.0


class FindingClient(DefaultHttpxClient):
    """A client of a service at `base`, or at the path of the same host at which the service is found."""

    def __init__(self, base: str) -> None:
        super().__init__()
        # Whoever is given a client closes it no more. In a ring of garbage a socket may go before its client: what is
        # kept here for the end is no part of the ring.
        weakref.finalize(self, _close, [self._transport, *self._mounts.values()])
        self._written = self._path = httpx2.URL(base).path.rstrip("/")
        self._looked_at = float("-inf")

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """See httpx2: the same, and elsewhere again where there is nothing at that path."""
        own = request.url.path.removeprefix(self._written)
        answer = super().send(_moved(request, self._path + own), **options)
        looked = time.monotonic() - self._looked_at < _AGAIN_SECONDS
        if looked or answer.status_code not in _NOT_THERE or not _lacks_path(answer.read()):
            return answer
        for path in candidates(self._path):
            other = super().send(_moved(request, path + own), **options)
            if other.is_success and "json" in other.headers.get("Content-Type", ""):
                answer.close()
                self._path = path
                log.warning("model_address_completed", setting="OPENAI_BASE_URL", path=path)
                return other
            other.close()
        self._looked_at = time.monotonic()
        log.error("model_address_wrong", setting="OPENAI_BASE_URL", status=answer.status_code)
        return answer


def candidates(path: str) -> Iterator[str]:
    """Where else a service may be whose address was set with that path: without what follows a version, first."""
    version = re.match(r".*/v\d[a-z0-9]*(?![a-z0-9])", path)
    other = [version[0]] if version else [f"{path}/v1"]
    yield from (each for each in dict.fromkeys([*other, *_USUAL]) if each != path)


def client_of(settings: Settings) -> FindingClient | None:
    """The client for the address that is set; None for OpenAI's own, which needs no looking for."""
    standard = settings.openai_base_url == type(settings).model_fields["openai_base_url"].default
    return None if standard else FindingClient(settings.openai_base_url)


def _close(transports: Iterable[httpx2.BaseTransport | None]) -> None:
    for transport in transports:
        if transport is not None:
            transport.close()


def _lacks_path(said: bytes) -> bool:
    return not _ERROR.match(said) or bool(_NO_PATH.search(said) and not _NO_MODEL.search(said))


def _moved(request: httpx2.Request, path: str) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url.copy_with(path=path),
        headers=request.headers,
        stream=request.stream,
        extensions=request.extensions,
    )
