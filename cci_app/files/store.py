"""Where uploads and results are kept: a folder of one machine, or S3, which all processes see.

A key is a path of plain names, such as `contacts/1/5f3c.xlsx`.
"""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol, cast

from cci_app.core import s3
from cci_app.core.errors import InvalidInput, NotFound
from config.settings import Settings

_KEY = re.compile(r"(?=.{1,512}\Z)[A-Za-z0-9_][A-Za-z0-9._=-]*(/[A-Za-z0-9_][A-Za-z0-9._=-]*)*")

_IN_MEMORY = 8 * 1024 * 1024


class FileStore(Protocol):
    """Files by key. A key that is not a path of plain names raises InvalidInput, a store that is down Unavailable."""

    def put(self, key: str, content: bytes | IO[bytes]) -> None:
        """Keep the content under the key, in place of what was there; readers see the old or the new, never a part."""

    def open(self, key: str) -> IO[bytes]:
        """The content, to be read forward and closed. Raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove what is kept under the key, if anything is."""

    def exists(self, key: str) -> bool:
        """Whether something is kept under the key."""


def checked(key: str) -> str:
    """The key itself. Raises InvalidInput for one that could lead anywhere else."""
    if not _KEY.fullmatch(key):
        raise InvalidInput("the key of a file is a path of plain names")
    return key


class FolderStore:
    """Files under a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: bytes | IO[bytes]) -> None:
        """See FileStore."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(BytesIO(content) if isinstance(content, bytes) else content, file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def open(self, key: str) -> IO[bytes]:
        """See FileStore."""
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound(f"there is no file {key}") from None

    def delete(self, key: str) -> None:
        """See FileStore."""
        with suppress(NotADirectoryError):
            self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        """See FileStore."""
        return self._path(key).is_file()

    def _path(self, key: str) -> Path:
        path = self._root / checked(key)
        # A link inside the folder may not lead out of it either.
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise InvalidInput("the key of a file is a path of plain names")
        return path


class S3Store:
    """Files under a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def put(self, key: str, content: bytes | IO[bytes]) -> None:
        """See FileStore. A large content goes up in parts, which count together or not at all."""
        place = self._place(key)
        with s3.errors_of(self._address(key)):
            if isinstance(content, bytes):
                s3.client().put_object(**place, Body=content)
            else:
                s3.client().upload_fileobj(content, place["Bucket"], place["Key"])

    def open(self, key: str) -> IO[bytes]:
        """See FileStore. The whole is fetched first, so that a broken connection is told here and not to the reader."""
        file = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 (the caller closes it)
        try:
            with s3.errors_of(self._address(key)):
                shutil.copyfileobj(s3.client().get_object(**self._place(key))["Body"], file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def delete(self, key: str) -> None:
        """See FileStore."""
        with s3.errors_of(self._address(key)):
            s3.client().delete_object(**self._place(key))

    def exists(self, key: str) -> bool:
        """See FileStore."""
        try:
            with s3.errors_of(self._address(key)):
                s3.client().head_object(**self._place(key))
        except NotFound:
            return False
        return True

    def _place(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}

    def _address(self, key: str) -> str:
        return f"{s3.SCHEME}{self._bucket}/{self._prefix}{key}"


def file_store(settings: Settings) -> FileStore:
    """The store that the setting `FILE_STORAGE` names. Raises InvalidInput for an S3 address without a bucket."""
    address = settings.file_storage
    if address.startswith(s3.SCHEME):
        return S3Store(*s3.split_address(address))
    return FolderStore(Path(address))
