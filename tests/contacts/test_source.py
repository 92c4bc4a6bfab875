"""The workbook from a file, a web address and S3; every way in which it may not come."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from cci_app.contacts.errors import WorkbookError
from cci_app.contacts.source import fetch, fetch_workbook
from cci_app.core.errors import Conflict, Unavailable
from tests.conftest import make_settings
from tests.fakes.s3 import FakeS3, fake_s3

LIMIT = 1000


@pytest.fixture
def s3(httpserver_ipv4: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeS3]:
    with fake_s3(httpserver_ipv4, monkeypatch) as fake:
        yield fake


@pytest.fixture
def web(httpserver_ipv4: HTTPServer) -> HTTPServer:
    return httpserver_ipv4


def get(address: str) -> bytes:
    return fetch(address, max_bytes=LIMIT, loopback=True)


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
        (403, WorkbookError, r"cannot be fetched: .* refuses this address .*; correct CONTACTS_EXCEL_PATH"),
        (404, WorkbookError, "has nothing at this address"),
        (503, Unavailable, "cannot answer at present"),
    ],
)
def test_what_a_server_answers_instead(web: HTTPServer, status: int, error: type[Exception], words: str) -> None:
    web.expect_request("/book").respond_with_data("", status)
    with pytest.raises(error, match=words) as raised:
        get(web.url_for("/book?token=secret"))
    assert "secret" not in str(raised.value)


def test_the_size_of_a_download_is_bounded(web: HTTPServer) -> None:
    web.expect_request("/book").respond_with_data(b"x" * (LIMIT + 1))
    with pytest.raises(WorkbookError, match="larger than 1,000 bytes"):
        get(web.url_for("/book"))


@pytest.mark.parametrize(
    "address",
    ["http://example.org/book", "ftp://example.org/book", "https:///book", "file:///etc/passwd", "http://[::1"],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(WorkbookError):
        get(address)


def test_this_machine_is_reached_only_where_the_setting_allows_it(web: HTTPServer) -> None:
    web.expect_request("/book").respond_with_data(b"workbook")
    settings = make_settings(
        "postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", contacts_excel_path=web.url_for("/book")
    )
    with pytest.raises(WorkbookError, match="only https is fetched"):
        fetch_workbook(settings)
    assert fetch_workbook(settings.model_copy(update={"fetch_loopback": True})) == b"workbook"


def test_nobody_there() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        get("http://127.0.0.1:1/book")


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
