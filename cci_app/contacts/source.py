"""The workbook from where an organisation keeps it: a file, an https address, or S3."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import httpx

from cci_app.contacts.errors import WorkbookError
from cci_app.core import s3
from cci_app.core.deadline import Deadline
from cci_app.core.errors import CciError, Conflict, Unavailable
from config.settings import Environment, Settings

SECONDS = 30.0
_MAX_REDIRECTS = 3
_CHUNK = 64 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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
        plain_http=settings.environment is not Environment.PRODUCTION,
    )


def fetch(address: str, *, max_bytes: int, plain_http: bool = False) -> bytes:
    """The bytes at a path, an https address or `s3://bucket/key`; the errors are those of `fetch_workbook`.

    `plain_http` allows http too, to this machine.
    """
    if address.startswith(s3.SCHEME):
        return _from_s3(address, max_bytes)
    if "://" in address:
        return _from_web(address, max_bytes, plain_http)
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


def _from_web(address: str, max_bytes: int, plain_http: bool) -> bytes:
    deadline = Deadline.after(SECONDS)
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise WorkbookError("CONTACTS_EXCEL_PATH is not an address that can be fetched: correct it") from error
    # The address may carry a token: no error repeats more of it than the host.
    host = url.host
    try:
        with httpx.Client(timeout=httpx.Timeout(10.0, connect=5.0), follow_redirects=False) as client:
            for _ in range(_MAX_REDIRECTS + 1):
                _check_address(url, plain_http)
                with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
                    if response.next_request is not None:
                        url = response.next_request.url
                        continue
                    _check_status(response.status_code, host)
                    return _collect(response.iter_bytes(), max_bytes, deadline)
    except httpx.HTTPError as error:
        raise Unavailable(f"the workbook cannot be fetched from {host} at present ({type(error).__name__})") from error
    raise WorkbookError(f"{host} redirects again and again: use the address that downloads the workbook itself")


def _check_address(url: httpx.URL, plain_http: bool) -> None:
    if url.scheme == "https" and url.host:
        return
    if url.scheme == "http" and plain_http and url.host in _LOOPBACK:
        return
    raise WorkbookError("the workbook is fetched over https only: use an address that begins with https://")


def _check_status(status: int, host: str) -> None:
    if status == 200:
        return
    if status in {401, 403}:
        raise WorkbookError(f"{host} refuses the workbook ({status}): use a link that works without signing in")
    if status in {404, 410}:
        raise WorkbookError(f"{host} has no workbook at that address ({status}): correct CONTACTS_EXCEL_PATH")
    if status == 429 or status >= 500:
        raise Unavailable(f"{host} cannot send the workbook at present ({status})")
    raise WorkbookError(f"{host} answered {status} instead of the workbook: correct CONTACTS_EXCEL_PATH")


def _collect(chunks: Iterable[bytes], max_bytes: int, deadline: Deadline) -> bytes:
    collected = bytearray()
    for chunk in chunks:
        collected += chunk
        if len(collected) > max_bytes:
            raise WorkbookError(f"the workbook is larger than {max_bytes:,} bytes: remove pictures and other sheets")
        if deadline.passed:
            raise Unavailable(f"the workbook did not arrive within {SECONDS:.0f} seconds")
    return bytes(collected)
