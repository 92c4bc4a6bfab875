"""A Google Sheet that is kept up to date: rows that changed are written anew, new ones are added, all others stay."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.oauth2.service_account import Credentials

from cci_app.core.errors import Unavailable
from cci_app.integrations.google import Google, accepted
from cci_app.integrations.patience import COME_BACK_SECONDS
from cci_app.integrations.ports import Parcel, Progress
from cci_app.integrations.sheet import BATCH_BYTES, Content, Sheet, Values, digest, plain

_SHEETS_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_FILE_SCOPE = "https://www.googleapis.com/auth/drive.file"
_MIME_TYPE = "application/vnd.google-apps.spreadsheet"
# By this property of its file a spreadsheet that we made is found again.
_MARK = "cciExport"
_PASSES = 4


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """Where the rows go. Without an id a spreadsheet is made, once, under the sheet's name, and shared."""

    id: str | None
    sheet: str
    share_with: tuple[str, ...]
    sheets_url: str
    drive_url: str


class GoogleSheets:
    """Exports as rows of one sheet, told apart by their key."""

    def __init__(self, account: Mapping[str, str], spreadsheet: Spreadsheet) -> None:
        """Raises ValueError for an account that is no key of a service account."""
        scopes = [_SHEETS_SCOPE] if spreadsheet.id else [_SHEETS_SCOPE, _FILE_SCOPE]
        self._credentials: Credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            account, scopes=scopes
        )
        self._spreadsheet = spreadsheet

    def deliver(self, parcel: Parcel, progress: Progress) -> str | None:
        """See Destination. The sheet is read again after writing, for rows that somebody else wrote over."""
        checkpoint = progress.checkpoint
        if checkpoint.get("sha256") == parcel.sha256 and "link" in checkpoint:
            return str(checkpoint["link"])
        with Google(self._credentials) as google:
            progress.step("finding the Google spreadsheet")
            sheet = self._sheet(google)
            sheet.ensure()
            progress.step(f"writing to the sheet {self._spreadsheet.sheet}")
            for number in range(_PASSES):
                if not _bring_up_to_date(sheet, parcel, progress, only_missing=number > 0):
                    progress.keep({"sha256": parcel.sha256, "link": sheet.link})
                    return sheet.link
        raise Unavailable(
            "others write to the Google sheet at the same time: the export is compared with it again later",
            retry_after=COME_BACK_SECONDS,
        )

    def check(self) -> Iterator[str]:
        """Try what a delivery takes, changing nothing; say what works, and raise DeliveryFailed at the rest."""
        with Google(self._credentials) as google:
            if self._spreadsheet.id is None:
                self._marked(google)
                yield "the service account can sign in and make a spreadsheet"
                return
            sheet = self._sheet(google)
            there = sheet.find()
            yield "the service account can sign in and read the spreadsheet"
            sheet.touch()
            yield "it can write to the spreadsheet"
            yield f"the sheet {self._spreadsheet.sheet} {'is there' if there else 'will be added'}"

    def _sheet(self, google: Google) -> Sheet:
        return Sheet(
            google, self._spreadsheet.sheets_url, self._spreadsheet.id or self._made(google), self._spreadsheet.sheet
        )

    def _made(self, google: Google) -> str:
        """The id of the spreadsheet that we made before, or make now, shared with all who are to see it."""
        spreadsheet_id = self._marked(google)
        if spreadsheet_id is None:
            name = self._spreadsheet.sheet
            body = {"name": name, "mimeType": _MIME_TYPE, "appProperties": {_MARK: name}}
            made = str(self._drive(google, "POST", "", {"fields": "id"}, body)["id"])
            # The call may have been heard twice: the older one counts, now and later.
            spreadsheet_id = self._marked(google) or made
        path = f"/{spreadsheet_id}/permissions"
        shared = self._drive(google, "GET", path, {"fields": "permissions(emailAddress)"}).get("permissions", [])
        known = {str(permission.get("emailAddress", "")).casefold() for permission in shared}
        for address in self._spreadsheet.share_with:
            if address.casefold() not in known:
                permission = {"type": "user", "role": "writer", "emailAddress": address}
                self._drive(google, "POST", path, {"sendNotificationEmail": "false"}, permission)
        return spreadsheet_id

    def _marked(self, google: Google) -> str | None:
        value = self._spreadsheet.sheet.replace("\\", "\\\\").replace("'", "\\'")
        query = f"appProperties has {{ key='{_MARK}' and value='{value}' }} and trashed = false"
        files = self._drive(google, "GET", "", {"q": query, "fields": "files(id)", "orderBy": "createdTime"})
        found = files.get("files", [])
        return str(found[0]["id"]) if found else None

    def _drive(
        self, google: Google, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        url = f"{self._spreadsheet.drive_url.rstrip('/')}/drive/v3/files{path}"
        answer = google.call(method, url, params=params, **({} if body is None else {"json": body}))
        return accepted(answer, google, "make a spreadsheet (or make one yourself and set GOOGLE_SPREADSHEET_ID)")


@dataclass(slots=True)
class _Batch:
    """Rows to be written together."""

    rows: list[tuple[int, Values]] = field(default_factory=list)
    size: int = 0

    def add(self, number: int, values: Values) -> bool:
        """Add a row; whether the batch is large enough now."""
        self.rows.append((number, values))
        self.size += len(json.dumps(values))
        return self.size >= BATCH_BYTES


def _bring_up_to_date(sheet: Sheet, parcel: Parcel, progress: Progress, *, only_missing: bool) -> bool:
    """Write the rows that are missing in the sheet or differ from it; whether there were any."""
    content = sheet.read(parcel.header, parcel.key)
    key = list(parcel.header).index(parcel.key)
    rows, new = _count(parcel, content, key)
    sheet.grow(content.free + new - 1, max(content.columns) + 1)
    batch, written = _Batch(), False
    for done, row in enumerate(parcel.rows()):
        values = [plain(cell) for cell in row]
        known = content.rows.get(str(values[key]))
        if known is not None and (only_missing or known.digest == digest(values)):
            continue
        number = known.number if known is not None else content.free
        content.free += known is None
        written = True
        if batch.add(number, values):
            sheet.write(content.columns, batch.rows)
            progress.advance(done + 1, rows)
            batch = _Batch()
    if batch.rows:
        sheet.write(content.columns, batch.rows)
    progress.advance(rows, rows)
    return written


def _count(parcel: Parcel, content: Content, key: int) -> tuple[int, int]:
    """How many rows there are, and how many of them are not in the sheet."""
    rows = new = 0
    for row in parcel.rows():
        rows += 1
        new += str(plain(row[key])) not in content.rows
    return rows, new


def addresses(text: str) -> tuple[str, ...]:
    """The e-mail addresses of a setting that lists them with commas."""
    return tuple(address for part in text.split(",") if (address := part.strip()))
