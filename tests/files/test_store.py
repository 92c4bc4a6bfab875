"""The two stores keep the same promises."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from cci_app.core.errors import Forbidden, InvalidInput, NotFound, Unavailable
from cci_app.files.store import FileStore, FolderStore, S3Store, file_store
from tests.conftest import make_settings
from tests.fakes.s3 import FakeS3, fake_s3


@pytest.fixture
def s3(httpserver_ipv4: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeS3]:
    with fake_s3(httpserver_ipv4, monkeypatch) as fake:
        yield fake


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "files")
    request.getfixturevalue("s3")
    return S3Store("bucket", "some/prefix")


def read(store: FileStore, key: str) -> bytes:
    with store.open(key) as file:
        return file.read()


def test_what_is_put_is_read(store: FileStore) -> None:
    store.put("contacts/1/a.xlsx", b"bytes")
    store.put("contacts/1/b.xlsx", BytesIO(b"stream"))
    assert read(store, "contacts/1/a.xlsx") == b"bytes"
    assert read(store, "contacts/1/b.xlsx") == b"stream"
    store.put("contacts/1/a.xlsx", b"")
    assert read(store, "contacts/1/a.xlsx") == b""


def test_what_is_deleted_is_gone(store: FileStore) -> None:
    store.put("a", b"1")
    assert store.exists("a")
    store.delete("a")
    store.delete("a")
    assert not store.exists("a")
    with pytest.raises(NotFound):
        store.open("a")


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        "../a",
        "a/../b",
        "/etc/passwd",
        "a//b",
        "a/",
        "a\\b",
        "a\0b",
        ".hidden",
        "a/.part",
        "é",
        "a\n",
        "x" * 513,
    ],
)
def test_keys_that_lead_elsewhere_are_refused(store: FileStore, key: str) -> None:
    for attempt in (lambda: store.put(key, b"x"), lambda: store.open(key), lambda: store.delete(key)):
        with pytest.raises(InvalidInput):
            attempt()


def test_a_folder_shows_no_half_written_file(tmp_path: Path) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(3)
            if not data:
                raise OSError("the sender went away")
            return data

    store = FolderStore(tmp_path)
    store.put("a/b", b"old")
    with pytest.raises(OSError, match="went away"):
        store.put("a/b", Broken(b"new and long"))
    assert read(store, "a/b") == b"old"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(InvalidInput):
        FolderStore(root).open("link/secret")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("a/b", b"x")
    for key in ("a", "a/b/c"):
        with pytest.raises(NotFound):
            store.open(key)
        assert not store.exists(key)
    store.delete("a/b/c")
    assert store.exists("a/b")


def test_s3_keeps_under_its_prefix(s3: FakeS3) -> None:
    S3Store("bucket", "/some/prefix/").put("a", b"1")
    S3Store("bucket").put("a", b"2")
    assert s3.objects == {"/bucket/some/prefix/a": b"1", "/bucket/a": b"2"}


def test_a_large_stream_goes_to_s3(s3: FakeS3) -> None:
    content = os.urandom(5 * 1024 * 1024)
    S3Store("bucket").put("a", BytesIO(content))
    assert read(S3Store("bucket"), "a") == content


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(403, "AccessDenied", Forbidden), (404, "NoSuchBucket", NotFound), (500, "InternalError", Unavailable)],
)
def test_errors_of_s3_in_our_words(s3: FakeS3, status: int, code: str, error: type[Exception]) -> None:
    s3.refused["/bucket/a"] = (status, code)
    store = S3Store("bucket")
    for attempt in (lambda: store.put("a", b"x"), lambda: store.open("a")):
        with pytest.raises(error, match="s3://bucket/a"):
            attempt()


def test_the_setting_chooses_the_store(tmp_path: Path) -> None:
    def chosen(address: str) -> FileStore:
        return file_store(make_settings("postgresql://x@127.0.0.1/x", "redis://127.0.0.1/0", file_storage=address))

    assert isinstance(chosen(str(tmp_path)), FolderStore)
    assert isinstance(chosen("s3://bucket/prefix"), S3Store)
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        chosen("s3://")
