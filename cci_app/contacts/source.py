"""The workbook from where an organisation keeps it: a file, an https address, or S3."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from cci_app.contacts import kinds
from cci_app.contacts.errors import WorkbookError
from cci_app.core import s3
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError, Conflict, Unavailable
from cci_app.core.outbound import fetch as web
from cci_app.core.outbound.fetch import FetchError
from config.settings import Settings

SECONDS = 30.0
_CHUNK = 64 * 1024


def fetch_workbook(settings: Settings) -> bytes:
    """The bytes of the workbook that `CONTACTS_EXCEL_PATH` names.

    Raises Conflict when it is not set, WorkbookError for what will not come by waiting (no such file, no right to it,
    too large), Unavailable for what may.
    """
    if not settings.contacts_excel_path:
        raise Conflict("CONTACTS_EXCEL_PATH is not set: set it, or send the workbook with the request")
    return fetch(
        settings.contacts_excel_path,
        max_bytes=settings.max_upload_bytes,
        loopback=settings.fetch_loopback,
    )


def fetch(address: str, *, max_bytes: int, loopback: bool = False) -> bytes:
    """The bytes at a path, an https address or `s3://bucket/key`; the errors are those of `fetch_workbook`.

    `loopback` allows an address of this machine too.
    """
    if address.startswith(s3.SCHEME):
        return _from_s3(address, max_bytes)
    if "://" in address:
        return _from_web(address, max_bytes, loopback)
    return _from_file(Path(address), max_bytes)


def _from_file(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return _collect(iter(lambda: file.read(_CHUNK), b""), max_bytes, Deadline.after(SECONDS))
    except FileNotFoundError:
        raise WorkbookError(f"there is no file {path}: correct CONTACTS_EXCEL_PATH or put the workbook there") from None
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise WorkbookError(f"{path} cannot be read as a file ({error.strerror})") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read at present ({error.strerror})") from error


def _from_s3(address: str, max_bytes: int) -> bytes:
    bucket, key = s3.split_address(address)
    try:
        with s3.errors_of(address), closing(s3.client().get_object(Bucket=bucket, Key=key)["Body"]) as body:
            return _collect(body.iter_chunks(_CHUNK), max_bytes, Deadline.after(SECONDS))
    except Unavailable:
        raise
    except CciError as error:
        raise WorkbookError(f"the workbook cannot be had: {error.message}") from error


def _from_web(address: str, max_bytes: int, loopback: bool) -> bytes:
    try:
        content = web.fetch(address, max_bytes=max_bytes, seconds=SECONDS, loopback=loopback).content
    except FetchError as error:
        message = f"the workbook cannot be fetched: {error.message}"
        if error.passing:
            raise Unavailable(message) from error
        raise WorkbookError(f"{message}; correct CONTACTS_EXCEL_PATH") from error
    kinds.refuse_web_page(content)
    return content


def _collect(chunks: Iterable[bytes], max_bytes: int, deadline: Deadline) -> bytes:
    collected = bytearray()
    for chunk in chunks:
        collected += chunk
        if len(collected) > max_bytes:
            raise WorkbookError(f"the workbook is larger than {max_bytes:,} bytes: remove pictures and other sheets")
        if deadline.passed:
            raise Unavailable(f"the workbook did not arrive within {SECONDS:.0f} seconds")
    return bytes(collected)
