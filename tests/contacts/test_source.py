"""The workbook from a file, a web address and S3; every way in which it may not come."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cci_app.contacts import source
from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.source import fetch, fetch_workbook
from cci_app.core.errors import Conflict, Unavailable
from config.settings import Environment
from tests.conftest import make_settings
from tests.fake_s3 import FakeS3, fake_s3

LIMIT = 1000


@pytest.fixture
def s3(httpserver_ipv4: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeS3]:
    with fake_s3(httpserver_ipv4, monkeypatch) as fake:
        yield fake


@pytest.fixture
def web(httpserver_ipv4: HTTPServer) -> HTTPServer:
    return httpserver_ipv4


def get(address: str) -> bytes:
    return fetch(address, max_bytes=LIMIT, plain_http=True)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(b"x" * LIMIT)
    assert get(str(path)) == b"x" * LIMIT
    path.write_bytes(b"x" * (LIMIT + 1))
    with pytest.raises(WorkbookError, match="larger than 1,000 bytes"):
        get(str(path))
    with pytest.raises(WorkbookError, match="there is no file"):
        get(str(tmp_path / "other.xlsx"))
    with pytest.raises(WorkbookError, match="cannot be read as a file"):
        get(str(tmp_path))


def test_a_web_address(web: HTTPServer) -> None:
    web.expect_request("/book").respond_with_data(b"workbook")
    assert get(web.url_for("/book?token=secret")) == b"workbook"


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, WorkbookError, "refuses the workbook"),
        (403, WorkbookError, "refuses the workbook"),
        (404, WorkbookError, "has no workbook"),
        (410, WorkbookError, "has no workbook"),
        (204, WorkbookError, "answered 204"),
        (418, WorkbookError, "answered 418"),
        (429, Unavailable, "at present"),
        (500, Unavailable, "at present"),
        (503, Unavailable, "at present"),
    ],
)
def test_what_a_server_answers_instead(web: HTTPServer, status: int, error: type[Exception], words: str) -> None:
    web.expect_request("/book").respond_with_data("", status)
    with pytest.raises(error, match=words) as raised:
        get(web.url_for("/book?token=secret"))
    assert "secret" not in str(raised.value)


def test_the_size_is_counted_on_the_way(web: HTTPServer) -> None:
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        for number in range(10_000):
            sent.append(number)
            yield b"x" * 65_536

    web.expect_request("/book").respond_with_handler(lambda _: Response(endless()))
    with pytest.raises(WorkbookError, match="larger than"):
        get(web.url_for("/book"))
    assert len(sent) < 10_000


def test_a_server_that_trickles_is_given_up(web: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SECONDS", 0.3)

    def trickle() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x"
            time.sleep(0.1)

    web.expect_request("/book").respond_with_handler(lambda _: Response(trickle()))
    with pytest.raises(Unavailable, match="did not arrive"):
        get(web.url_for("/book"))


def test_a_few_redirects_are_followed(web: HTTPServer) -> None:
    def answer(request: Request) -> Response:
        left = int(request.args["left"])
        return Response(b"workbook") if not left else Response("", 302, headers={"Location": f"/book?left={left - 1}"})

    web.expect_request("/book").respond_with_handler(answer)
    assert get(web.url_for("/book?left=3")) == b"workbook"
    with pytest.raises(WorkbookError, match="redirects again and again"):
        get(web.url_for("/book?left=4"))


@pytest.mark.parametrize(
    "target",
    ["http://example.org/book", "ftp://example.org/book", "file:///etc/passwd", "http://127.0.0.1.example.org/"],
)
def test_a_redirect_may_not_leave_https(web: HTTPServer, target: str) -> None:
    web.expect_request("/book").respond_with_data("", 302, headers={"Location": target})
    with pytest.raises((WorkbookError, Unavailable)):
        get(web.url_for("/book"))


@pytest.mark.parametrize(
    "address",
    ["http://example.org/book", "ftp://example.org/book", "https:///book", "file:///etc/passwd", "http://[::1"],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(WorkbookError):
        get(address)


def test_plain_http_is_for_this_machine_and_not_for_production(web: HTTPServer) -> None:
    web.expect_request("/book").respond_with_data(b"workbook")
    settings = make_settings(
        "postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", contacts_excel_path=web.url_for("/book")
    )
    assert fetch_workbook(settings) == b"workbook"
    with pytest.raises(WorkbookError, match="https only"):
        fetch_workbook(settings.model_copy(update={"environment": Environment.PRODUCTION}))


def test_nobody_there() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        get("http://127.0.0.1:1/book")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        get("https://127.0.0.1:1/book")


def test_s3(s3: FakeS3) -> None:
    s3.objects["/bucket/folder/book.xlsx"] = b"workbook"
    assert get("s3://bucket/folder/book.xlsx") == b"workbook"
    s3.objects["/bucket/folder/book.xlsx"] = b"x" * (LIMIT + 1)
    with pytest.raises(WorkbookError, match="larger than"):
        get("s3://bucket/folder/book.xlsx")
    with pytest.raises(WorkbookError, match="s3://bucket/other does not exist"):
        get("s3://bucket/other")
    s3.refused["/bucket/closed"] = (403, "AccessDenied")
    with pytest.raises(WorkbookError, match="may not be used"):
        get("s3://bucket/closed")
    s3.refused["/bucket/broken"] = (503, "SlowDown")
    with pytest.raises(Unavailable, match="at present"):
        get("s3://bucket/broken")


def test_the_setting_must_be_set() -> None:
    with pytest.raises(Conflict, match="CONTACTS_EXCEL_PATH is not set"):
        fetch_workbook(make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0"))
