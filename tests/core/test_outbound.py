"""Fetching an address that somebody named: only from the public internet, only so much, only for so long."""

import gzip
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cci_app.core.event_loop import run_async
from cci_app.core.outbound import addresses, transport
from cci_app.core.outbound.addresses import is_public
from cci_app.core.outbound.async_transport import AsyncNotPublic, AsyncTooLarge, GuardedAsyncTransport
from cci_app.core.outbound.fetch import Fetched, FetchError, FetchReason, call, fetch
from tests.fakes.addresses import ADDRESSES, SITE
from tests.fakes.internet import Internet

LIMIT = 100_000


@pytest.fixture
def web(httpserver_ipv4: HTTPServer) -> HTTPServer:
    return httpserver_ipv4


def get(url: str, **options: float) -> Fetched:
    return fetch(url, max_bytes=LIMIT, seconds=options.get("seconds", 5.0), loopback=True)


def refusal(url: str, **options: float) -> FetchError:
    with pytest.raises(FetchError) as raised:
        get(url, **options)
    return raised.value


def test_no_address_of_the_corpus_leads_inside(internet: Internet) -> None:
    assert len(set(ADDRESSES)) >= 80
    fetched, errors = [], []
    for address in ADDRESSES:
        try:
            fetched.append(fetch(address, seconds=5).url)
        except FetchError as error:
            errors.append(error)
    assert internet.hits == 0
    assert not {FetchReason.TOO_SLOW, FetchReason.UNREACHABLE} & {error.reason for error in errors}
    for inside in ("10.0.0.5", "172.18", "10.96"):
        assert not [error.message for error in errors if inside in error.message]
    # What a name resolves to a moment later is not asked for.
    assert set(fetched) == {"https://rebinding.example.org/"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_call_of_the_corpus_leads_inside(internet: Internet, method: str) -> None:
    called = []
    for address in ADDRESSES:
        try:
            call(method, address, headers={}, content=b"{}" if method == "POST" else None, seconds=5)
            called.append(address)
        except FetchError:
            continue
    assert internet.hits == 0
    # A redirect is not followed: what it leads to is nobody's business.
    assert all(SITE in address or "rebinding" in address for address in called)


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.5"])
def test_a_client_on_the_event_loop_reaches_nothing_inside(web: HTTPServer, inner: str) -> None:
    web.expect_request("/").respond_with_data("x" * 1000)

    def ask(address: str, found: str, **allowed: Any) -> int:
        async def asked() -> int:
            guarded = GuardedAsyncTransport(resolve=lambda *_: [found, "8.8.8.8"][: 1 + (found == inner)], **allowed)
            async with httpx2.AsyncClient(transport=guarded, trust_env=False) as client:
                return len((await client.get(address)).content)

        return run_async(asked(), 10)

    address = f"http://tools.example.org:{web.port}/"
    with pytest.raises(AsyncNotPublic):
        ask(address, inner, max_bytes=LIMIT)
    assert len(web.log) == 0
    # The controls: this machine where that is allowed, and no more of it than may be.
    assert ask(address, web.host, max_bytes=LIMIT, loopback=True) == 1000 if inner != web.host else True
    if inner != web.host:
        with pytest.raises(AsyncTooLarge):
            ask(address, web.host, max_bytes=999, loopback=True)


def test_the_same_addresses_reach_the_canary_without_the_guard(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    for address in ADDRESSES[:8]:
        with pytest.raises(FetchError):
            fetch(address, seconds=5)
    assert internet.hits == 8


def test_a_public_page_comes_with_its_certificate_checked(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"visas" in fetch(f"https://{SITE}/page").content
    monkeypatch.setattr(transport, "_ssl_context", httpx.create_ssl_context)
    with pytest.raises(FetchError) as raised:
        fetch(f"https://{SITE}/page")
    assert raised.value.reason is FetchReason.UNREACHABLE


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("203.0.113.1", False), ("fec0::1", False), ("224.0.1.1", False)],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_this_machine_is_reached_only_where_that_is_allowed(web: HTTPServer) -> None:
    web.expect_request("/").respond_with_data(b"inside")
    assert get(web.url_for("/")).content == b"inside"
    for url in (web.url_for("/"), web.url_for("/").replace("http", "https")):
        with pytest.raises(FetchError) as raised:
            fetch(url)
        assert raised.value.reason in {FetchReason.NOT_HTTPS, FetchReason.NOT_PUBLIC}
    assert len(web.log) == 1


def test_what_the_server_says_of_the_content(web: HTTPServer) -> None:
    web.expect_request("/").respond_with_data("é".encode("latin-1"), content_type="Text/HTML; charset=latin-1")
    got = fetch(web.url_for("/#part"), media_types={"text/html"}, loopback=True)
    assert (got.url, got.media_type, got.charset) == (web.url_for("/"), "text/html", "latin-1")
    with pytest.raises(FetchError) as raised:
        fetch(web.url_for("/"), media_types={"application/pdf"}, loopback=True)
    assert raised.value.reason is FetchReason.WRONG_TYPE


def test_the_limit_counts_unpacked_bytes(web: HTTPServer) -> None:
    def packed(size: int, cut: int = 0) -> Callable[[Request], Response]:
        data = gzip.compress(b"x" * size)
        return lambda _: Response(data[: len(data) - cut], headers={"Content-Encoding": "gzip"})

    web.expect_request("/fits").respond_with_handler(packed(LIMIT))
    web.expect_request("/bomb").respond_with_handler(packed(50_000_000))
    web.expect_request("/cut").respond_with_handler(packed(LIMIT, cut=20))
    web.expect_request("/other").respond_with_data(b"x", headers={"Content-Encoding": "br"})
    web.expect_request("/twice").respond_with_data(b"x", headers={"Content-Encoding": "gzip, gzip"})
    assert get(web.url_for("/fits")).content == b"x" * LIMIT
    assert refusal(web.url_for("/bomb")).reason is FetchReason.TOO_LARGE
    for path in ("/cut", "/other", "/twice"):
        assert refusal(web.url_for(path)).reason is FetchReason.UNEXPECTED


def test_a_server_that_trickles_is_given_up(web: HTTPServer) -> None:
    def trickle(_: Request) -> Response:
        def pieces() -> Iterator[bytes]:
            for _ in range(40):
                time.sleep(0.05)
                yield b"x"

        return Response(pieces())

    web.expect_request("/").respond_with_handler(trickle)
    started = time.monotonic()
    error = refusal(web.url_for("/"), seconds=0.4)
    assert (error.reason, error.passing) == (FetchReason.TOO_SLOW, True)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("status", "reason", "passing"),
    [
        (401, FetchReason.REFUSED, False),
        (404, FetchReason.NOT_FOUND, False),
        (204, FetchReason.UNEXPECTED, False),
        (429, FetchReason.BUSY, True),
        (503, FetchReason.BUSY, True),
    ],
)
def test_what_a_server_answers_instead(web: HTTPServer, status: int, reason: FetchReason, passing: bool) -> None:
    web.expect_request("/").respond_with_data("", status)
    error = refusal(web.url_for("/?token=secret"))
    assert (error.reason, error.passing, error.http_status) == (reason, passing, status)
    assert "secret" not in error.message


def test_redirects_come_to_an_end(web: HTTPServer) -> None:
    def answer(request: Request) -> Response:
        left = int(request.args["left"])
        return Response(b"there") if not left else Response("", 302, headers={"Location": f"/?left={left - 1}"})

    web.expect_request("/").respond_with_handler(answer)
    got = get(web.url_for("/?left=5"))
    assert (got.content, got.url) == (b"there", web.url_for("/?left=0"))
    assert refusal(web.url_for("/?left=6")).reason is FetchReason.REDIRECTS


def test_a_name_that_takes_too_long_to_resolve(web: HTTPServer) -> None:
    def never(_host: str, _port: int, seconds: float) -> list[str]:
        raise TimeoutError

    with pytest.raises(FetchError) as raised:
        fetch("https://example.org/", resolve=never)
    assert raised.value.reason is FetchReason.TOO_SLOW
