"""A folder at Google Drive, read as a service account that it is shared with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import httpx
from google.oauth2.service_account import Credentials

from cci_app.core.deadline import Deadline
from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.core.outbound.transport import GuardedTransport
from cci_app.integrations.google import Google, body_of, reasons_of

_SCOPE = "https://www.googleapis.com/auth/drive.readonly"
_FOLDER = "application/vnd.google-apps.folder"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What Google's own kinds, which have no bytes, are given as.
_EXPORTS: Final[Mapping[str, str]] = {
    "application/vnd.google-apps.document": _WORD,
    "application/vnd.google-apps.presentation": "application/pdf",
    "application/vnd.google-apps.spreadsheet": "application/pdf",
}
_FIELDS = "nextPageToken,incompleteSearch,files(id,name,mimeType,md5Checksum,modifiedTime,size)"
_PAGE = 1000
_MOST_FILES = 2000
_MOST_FOLDERS = 200
# For the list of all files, and for the bytes of one.
_SECONDS = 120.0
_COME_BACK_SECONDS = 60


class DriveRefused(InvalidInput):
    """Google Drive does not show the folder: the message says what to change there, or in the settings."""


class FileRefused(InvalidInput):
    """Google Drive does not give one file; `too_large`: because of its size."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


@dataclass(frozen=True, slots=True)
class DriveFile:
    """A file as its folder lists it.

    `media_type` is what its bytes are given as; `export` tells that Google makes them for us. `version` is another one
    whenever the content is; `size` is unknown of what is made.
    """

    id: str
    name: str
    media_type: str
    export: bool
    version: str
    size: int | None


class DriveFolder:
    """The files of a folder and of the folders in it."""

    def __init__(self, account: Mapping[str, str], folder_id: str, drive_url: str, *, loopback: bool) -> None:
        """Raises ValueError for an account that is no key of a service account."""
        self._credentials: Credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            account, scopes=[_SCOPE]
        )
        self._folder_id = folder_id
        self._files_url = f"{drive_url.rstrip('/')}/drive/v3/files"
        self._loopback = loopback

    def files(self) -> list[DriveFile]:
        """All files that are not in the bin, those of the folder first.

        Raises DriveRefused where Google does not show it, DeliveryFailed where it does not accept the key, Unavailable
        for what may go better another time. A list that is not whole is none.
        """
        with self._google() as google:
            self._look_at(google)
            folders, found = [self._folder_id], []
            for folder in folders:
                for each in self._listed(google, folder):
                    if each.get("mimeType") != _FOLDER:
                        found.append(_file(each))
                    elif each["id"] not in folders:
                        folders.append(each["id"])
                if len(found) > _MOST_FILES or len(folders) > _MOST_FOLDERS:
                    raise DriveRefused(
                        f"GOOGLE_DRIVE_FOLDER: the folder has more than {_MOST_FILES} files or {_MOST_FOLDERS} folders:"
                        " name one in it"
                    )
        return found

    def content(self, file: DriveFile, max_bytes: int) -> bytes:
        """The file's bytes. Raises FileRefused for a file that is not given, else as `files`."""
        if (file.size or 0) > max_bytes:
            raise FileRefused(f"the file is larger than {max_bytes:,} bytes", too_large=True)
        path, params = (f"/{file.id}/export", {"mimeType": file.media_type}) if file.export else (f"/{file.id}", _BYTES)
        with self._google() as google:
            answer = google.call("GET", self._files_url + path, params=params)
        if answer.is_success and len(answer.content) <= max_bytes:
            return answer.content
        too_large = answer.is_success or "exportSizeLimitExceeded" in reasons_of(answer)
        raise FileRefused(f"Google does not give the file ({answer.status_code})", too_large=too_large)

    def check(self) -> Iterator[str]:
        """Say what works."""
        yield f"{len(self.files())} files are in the folder"

    def _google(self) -> Google:
        transport = GuardedTransport(Deadline.after(_SECONDS), loopback=self._loopback)
        return Google(self._credentials, transport)

    def _look_at(self, google: Google) -> None:
        """See that the folder is there: of one that is not, the list may be empty."""
        params = {"fields": "mimeType,trashed", "supportsAllDrives": "true"}
        found = _accepted(google.call("GET", f"{self._files_url}/{self._folder_id}", params=params), google)
        if found.get("mimeType") != _FOLDER or found.get("trashed"):
            raise DriveRefused("GOOGLE_DRIVE_FOLDER: this is no folder, or it is in the bin")

    def _listed(self, google: Google, folder: str) -> Iterator[dict[str, Any]]:
        params = {
            "q": f"'{folder}' in parents and trashed = false",
            "fields": _FIELDS,
            "pageSize": str(_PAGE),
            "orderBy": "name",
            "supportsAllDrives": "true",
            "includeItemsFromAllDrives": "true",
        }
        while True:
            page = _accepted(google.call("GET", self._files_url, params=params), google)
            if page.get("incompleteSearch"):
                raise Unavailable("Google Drive did not look everywhere", retry_after=_COME_BACK_SECONDS)
            yield from (each for each in page.get("files", ()) if isinstance(each, dict) and each.get("id"))
            if not page.get("nextPageToken"):
                return
            params["pageToken"] = str(page["nextPageToken"])


_BYTES: Final[Mapping[str, str]] = {"alt": "media", "supportsAllDrives": "true"}


def _file(listed: Mapping[str, Any]) -> DriveFile:
    media_type = str(listed.get("mimeType", ""))
    exported = _EXPORTS.get(media_type)
    size = str(listed.get("size", ""))
    return DriveFile(
        str(listed["id"]),
        str(listed.get("name", "")),
        exported or media_type,
        exported is not None,
        str(listed.get("md5Checksum") or listed.get("modifiedTime", "")),
        int(size) if size.isdecimal() else None,
    )


def _accepted(answer: httpx.Response, google: Google) -> dict[str, Any]:
    return body_of(answer) if answer.is_success else _refuse(answer, google)


def _refuse(answer: httpx.Response, google: Google) -> NoReturn:
    if reasons_of(answer) & {"SERVICE_DISABLED", "accessNotConfigured"}:
        raise DriveRefused("enable the Google Drive API in the service account's project")
    if answer.status_code in {403, 404}:
        raise DriveRefused(
            "GOOGLE_DRIVE_FOLDER: the service account does not see this folder: share it with"
            f" {google.email} as viewer, and copy the folder's address anew"
        )
    raise DriveRefused(f"Google Drive does not show the folder ({answer.status_code})")
