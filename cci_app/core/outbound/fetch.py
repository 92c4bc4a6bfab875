"""One resource fetched from the public web, bounded in size and time: whoever fetches an address does it here."""

import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import httpx
from werkzeug.http import parse_options_header

from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError
from cci_app.core.outbound.addresses import Resolve, resolve
from cci_app.core.outbound.transport import GuardedTransport, NoSuchHost, NotPublic

# What robots.txt knows us by.
USER_AGENT = "cci-app"
MAX_BYTES = 10 * 1024 * 1024
SECONDS = 30.0
MAX_REDIRECTS = 5

_STEP_SECONDS = 10.0
_LOCAL_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = 64 * 1024


class FetchReason(StrEnum):
    """Why something cannot be fetched."""

    INVALID_ADDRESS = "invalid_address"
    NOT_HTTPS = "not_https"
    CREDENTIALS = "credentials_in_address"
    NOT_PUBLIC = "not_public"
    NO_SUCH_HOST = "no_such_host"
    REDIRECTS = "too_many_redirects"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    UNEXPECTED = "unexpected_answer"
    WRONG_TYPE = "wrong_type"
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    BUSY = "busy"


# These may come by waiting.
_PASSING = frozenset({FetchReason.UNREACHABLE, FetchReason.TOO_SLOW, FetchReason.BUSY})


class FetchError(CciError):
    """The resource cannot be had. The message names the host at most: an address may carry a token."""

    status = 422
    code = "fetch_failed"

    def __init__(self, reason: FetchReason, message: str, *, http_status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.http_status = http_status

    @property
    def passing(self) -> bool:
        """Whether trying again later may help."""
        return self.reason in _PASSING


@dataclass(frozen=True, slots=True)
class Fetched:
    """A resource: where it was found after redirects, its bytes unpacked, and what the server says of them.

    `media_type` is in small letters without parameters, empty where the server names none; `charset` is as it stands
    there.
    """

    url: str
    content: bytes
    media_type: str
    charset: str | None


def fetch(
    address: str,
    *,
    media_types: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    seconds: float = SECONDS,
    loopback: bool = False,
    resolve: Resolve = resolve,
) -> Fetched:
    """Get an https address of the public internet, following a few redirects, each of which is checked like the first.

    `media_types` are those to accept, empty for any. `headers` are for the address's own host, and for none that it
    leads to: they may hold a secret. `loopback` allows this machine too, even over http. Raises FetchError.
    """
    deadline = Deadline.after(seconds)
    url = checked_url(address, loopback=loopback)
    transport = GuardedTransport(deadline, loopback=loopback, resolve=resolve)
    common = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": ", ".join(media_types) or "*/*"}
    origin = url.copy_with(raw_path=b"/")
    with httpx.Client(transport=transport, headers=common, timeout=_STEP_SECONDS, trust_env=False) as client:
        for _ in range(MAX_REDIRECTS + 1):
            own = headers if url.copy_with(raw_path=b"/") == origin else None
            with _told(url.host), client.stream("GET", url, headers=own) as response:
                if response.next_request is not None:
                    url = checked_url(str(response.next_request.url), loopback=loopback)
                    continue
                _check_status(response.status_code, url.host)
                return _read(response, url, media_types, max_bytes)
    raise FetchError(
        FetchReason.REDIRECTS, f"{url.host} redirects again and again: use the address that it leads to in the end"
    )


@dataclass(frozen=True, slots=True)
class CalledAddress:
    """What an address answered to a call, whatever its status; `pause` is its Retry-After, as it stands there."""

    status: int
    content: bytes
    media_type: str
    pause: str = ""


def call(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None,
    seconds: float,
    max_bytes: int = MAX_BYTES,
    loopback: bool = False,
    resolve: Resolve = resolve,
) -> CalledAddress:
    """Call an address of the public internet, once, following no redirect: what is sent is for that address alone.

    `loopback` as in `fetch`. Raises FetchError.
    """
    url = checked_url(address, loopback=loopback)
    transport = GuardedTransport(Deadline.after(seconds), loopback=loopback, resolve=resolve)
    ours = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **headers}
    with (
        httpx.Client(transport=transport, timeout=_STEP_SECONDS, trust_env=False) as client,
        _told(url.host),
        client.stream(method, url, headers=ours, content=content) as response,
    ):
        read = _read(response, url, (), max_bytes)
        pause = response.headers.get("Retry-After", "")
        return CalledAddress(response.status_code, read.content, read.media_type, pause)


@contextmanager
def _told(host: str) -> Iterator[None]:
    """What goes wrong on the way, as FetchError."""
    try:
        yield
    except NotPublic as error:
        raise FetchError(
            FetchReason.NOT_PUBLIC, f"{host} is not a public host: use an address that everybody can open"
        ) from error
    except NoSuchHost as error:
        raise FetchError(
            FetchReason.NO_SUCH_HOST, f"{host} does not exist: check the spelling of the address"
        ) from error
    except httpx.TimeoutException as error:
        raise FetchError(FetchReason.TOO_SLOW, f"{host} did not answer in time") from error
    except (httpx.InvalidURL, httpx.RemoteProtocolError) as error:
        # httpx's own complaints about where a redirect leads; the transport's are more general.
        raise FetchError(FetchReason.UNEXPECTED, f"{host} redirects to what is no address") from error
    except httpx.TransportError as error:
        raise FetchError(FetchReason.UNREACHABLE, f"{host} cannot be reached at present") from error


def checked_url(address: str, *, loopback: bool = False) -> httpx.URL:
    """The address as one that may be fetched, without its fragment. Raises FetchError."""
    try:
        url = httpx.URL(address.strip()).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(FetchReason.INVALID_ADDRESS, "this is not an address that can be fetched") from error
    local = loopback and url.scheme == "http" and url.host in _LOCAL_NAMES
    if url.scheme != "https" and not local:
        raise FetchError(FetchReason.NOT_HTTPS, "only https is fetched: use an address that begins with https://")
    if not url.host:
        raise FetchError(FetchReason.INVALID_ADDRESS, "the address names no host")
    if url.userinfo:
        raise FetchError(FetchReason.CREDENTIALS, "the address carries a user name or password: remove it")
    return url


def _check_status(status: int, host: str) -> None:
    if status == 200:
        return
    if status in {401, 403}:
        reason, words = FetchReason.REFUSED, "refuses this address without signing in"
    elif status in {404, 410}:
        reason, words = FetchReason.NOT_FOUND, "has nothing at this address"
    elif status == 429 or status >= 500:
        reason, words = FetchReason.BUSY, "cannot answer at present"
    else:
        reason, words = FetchReason.UNEXPECTED, "gave an answer that is no document"
    raise FetchError(reason, f"{host} {words} ({status})", http_status=status)


def _read(response: httpx.Response, url: httpx.URL, media_types: Collection[str], max_bytes: int) -> Fetched:
    media_type, parameters = parse_options_header(response.headers.get("Content-Type"))
    media_type = media_type.lower()
    if media_types and media_type not in media_types:
        raise FetchError(FetchReason.WRONG_TYPE, f"{url.host} sent {media_type or 'something'}, which is not read here")
    collected = bytearray()
    for chunk in _unpacked(response, url.host, max_bytes):
        collected += chunk
        if len(collected) > max_bytes:
            raise FetchError(FetchReason.TOO_LARGE, f"what {url.host} sent is larger than {max_bytes:,} bytes")
    return Fetched(str(url), bytes(collected), media_type, parameters.get("charset"))


def _unpacked(response: httpx.Response, host: str, max_bytes: int) -> Iterator[bytes]:
    """The body's bytes, never much more of them at once than may be kept: httpx unpacks a bomb whole."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        yield from response.iter_raw(_CHUNK)
        return
    broken = FetchError(FetchReason.UNEXPECTED, f"{host} sent its answer packed in a way that cannot be read")
    if encoding not in {"gzip", "x-gzip"}:
        raise broken
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for chunk in response.iter_raw(_CHUNK):
            yield unpacker.decompress(chunk, max_bytes + 1)
    except zlib.error:
        raise broken from None
    if not unpacker.eof:
        raise broken
