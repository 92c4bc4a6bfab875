"""A small Google Drive on loopback: folders of files, their bytes, and what Google makes of its own kinds."""

import hashlib
import json
import re
from typing import Any

from werkzeug import Request, Response

from tests.fakes.sheets import FakeGoogle

ROOT = "root-folder-01"
FOLDER = "application/vnd.google-apps.folder"
GOOGLE_DOCUMENT = "application/vnd.google-apps.document"
_PARENT = re.compile(r"'([\w-]+)' in parents and trashed = false")


class FakeDrive(FakeGoogle):
    """One shared folder. `kept` are the files and folders by id; a page of a list has two of them.

    `refused` are the reasons for which single files are not given, by id; `shared` tells whether the folder is seen at
    all.
    """

    scope = "https://www.googleapis.com/auth/drive.readonly"

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.kept: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, str] = {}
        self.is_shared = True

    def put(self, file_id: str, name: str, data: bytes, media_type: str = "text/plain", parent: str = ROOT) -> None:
        """Put a file there, or another content in its place; of Google's own kinds the bytes are the export's."""
        own = media_type.startswith("application/vnd.google-apps.")
        moment = f"2026-03-02T15:00:{len(self.requests):02d}.000Z"
        about = (
            {"modifiedTime": moment} if own else {"md5Checksum": hashlib.md5(data, usedforsecurity=False).hexdigest()}
        )
        size = {} if own else {"size": str(len(data))}
        told = {"id": file_id, "name": name, "mimeType": media_type, **about, **size}
        self.kept[file_id] = {"told": told, "parent": parent, "data": data}

    @property
    def given(self) -> list[str]:
        """The files whose bytes were asked for, in order; that list begins anew."""
        found = [re.match(r"GET /drive/v3/files/([^/]+)(?:/export)?$", line) for line in self.requests]
        self.requests.clear()
        return [each[1] for each in found if each and each[1] != ROOT]

    def _answer(self, request: Request, line: str) -> Response:
        if request.path == "/token" or request.headers.get("Authorization") != "Bearer fictional-token":
            return super()._answer(request, line)
        if request.path == "/drive/v3/files":
            return self._list(request)
        found = re.fullmatch(r"/drive/v3/files/([^/]+)(/export)?", request.path)
        assert found is not None, line
        if not self.is_shared or (found[1] != ROOT and found[1] not in self.kept):
            return _refused(404, "notFound")
        if found[1] == ROOT:
            return _json({"mimeType": FOLDER, "trashed": False})
        if found[1] in self.refused:
            return _refused(403, self.refused[found[1]])
        file = self.kept[found[1]]
        own = file["told"]["mimeType"].startswith("application/vnd.google-apps.")
        assert own is bool(found[2])
        assert request.args.get("alt") == (None if own else "media")
        return Response(file["data"], content_type=request.args.get("mimeType", file["told"]["mimeType"]))

    def _list(self, request: Request) -> Response:
        parent = _PARENT.fullmatch(request.args["q"])
        assert parent is not None
        assert request.args["supportsAllDrives"] == request.args["includeItemsFromAllDrives"] == "true"
        listed = [each["told"] for each in self.kept.values() if each["parent"] == parent[1]]
        start = int(request.args.get("pageToken", 0))
        more = {"nextPageToken": str(start + 2)} if len(listed) > start + 2 else {}
        return _json({"files": listed[start : start + 2], "incompleteSearch": False, **more})


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _refused(status: int, reason: str) -> Response:
    return _json(
        {"error": {"code": status, "message": reason, "errors": [{"domain": "global", "reason": reason}]}}, status
    )
