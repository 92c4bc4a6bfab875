"""A small Google on loopback: the token of a service account, Drive's files, and the sheets of spreadsheets."""

import json
import re
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PUBLIC = _KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
EMAIL = "exports@example.iam.gserviceaccount.com"
_RANGE = re.compile(r"'((?:[^']|'')+)'!([A-Z]*)(\d+):([A-Z]*)(\d+)")


class FakeGoogle:
    """Spreadsheets by id, of sheets by title: `{"id", "rows", "columns", "values": {(row, column): value}}`.

    `ordered` are statuses that the next requests fitting a pattern are answered with; with `done` they are carried out
    all the same. `writes` counts the calls that change values, `requests` has all of them.
    """

    scope = "https://www.googleapis.com/auth/spreadsheets"

    def __init__(self, server: HTTPServer) -> None:
        self.address = server.url_for("").rstrip("/")
        self.spreadsheets: dict[str, dict[str, dict[str, Any]]] = {}
        self.files: list[dict[str, Any]] = []
        self.shared: dict[str, list[str]] = {}
        self.editable = True
        self.key_accepted = True
        self.ordered: list[tuple[str, int, bool]] = []
        # What an ordered refusal says, in place of the status alone.
        self.refusal: dict[str, Any] | None = None
        self.requests: list[str] = []
        self.writes = 0
        server.expect_request(re.compile(".*")).respond_with_handler(self._serve)

    @property
    def account(self) -> str:
        """The JSON key of the service account."""
        pem = _KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "type": "service_account",
                "client_email": EMAIL,
                "token_uri": f"{self.address}/token",
                "private_key": pem.decode(),
            }
        )

    def table(self, spreadsheet: str, title: str) -> list[list[Any]]:
        """The values of a sheet, row by row, without what is empty at the end."""
        sheet = self.spreadsheets[spreadsheet][title]
        return _rows(sheet["values"], 1, sheet["rows"], 1, sheet["columns"])

    def _serve(self, request: Request) -> Response:
        line = f"{request.method} {unquote(request.path)}"
        self.requests.append(line)
        for number, (pattern, status, done) in enumerate(self.ordered):
            if re.search(pattern, line):
                del self.ordered[number]
                if done:
                    self._answer(request, line)
                return _json(self.refusal, status) if self.refusal else _said(status, "UNAVAILABLE")
        return self._answer(request, line)

    def _answer(self, request: Request, line: str) -> Response:
        if request.path == "/token":
            return self._token(request)
        if request.headers.get("Authorization") != "Bearer fictional-token":
            return _said(401, "UNAUTHENTICATED")
        if request.path.startswith("/drive/v3/files"):
            return self._drive(request)
        found = re.fullmatch(r"/v4/spreadsheets/([^/:]+)(:batchUpdate|/values:batchUpdate|/values/.+)?", request.path)
        assert found is not None, line
        sheets = self.spreadsheets.get(found[1])
        if sheets is None:
            return _said(404, "NOT_FOUND")
        if request.method == "POST" and not self.editable:
            return _said(403, "PERMISSION_DENIED")
        if found[2] == ":batchUpdate":
            return self._change(sheets, request.get_json()["requests"])
        if found[2] == "/values:batchUpdate":
            return self._write(sheets, request.get_json())
        if found[2]:
            return self._read(sheets, found[2].removeprefix("/values/"), request)
        properties = [
            {
                "properties": {
                    "sheetId": sheet["id"],
                    "title": title,
                    "gridProperties": {"rowCount": sheet["rows"], "columnCount": sheet["columns"]},
                }
            }
            for title, sheet in sheets.items()
        ]
        link = f"https://docs.google.com/spreadsheets/d/{found[1]}/edit"
        body = {"spreadsheetUrl": link, "sheets": properties, "properties": {"title": "Members"}}
        return _json(
            {name.partition(".")[0]: body[name.partition(".")[0]] for name in request.args["fields"].split(",")}
        )

    def _token(self, request: Request) -> Response:
        claims = jwt.decode(request.form["assertion"], certs=_PUBLIC, audience="https://oauth2.googleapis.com/token")  # type: ignore[no-untyped-call]
        assert claims["iss"] == EMAIL
        assert self.scope in claims["scope"]
        if not self.key_accepted:
            return _json({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        return _json({"access_token": "fictional-token", "expires_in": 3600, "token_type": "Bearer"})

    def _drive(self, request: Request) -> Response:
        permissions = re.fullmatch(r"/drive/v3/files/([^/]+)/permissions", request.path)
        if permissions is not None:
            shared = self.shared.setdefault(permissions[1], [])
            if request.method == "POST":
                shared.append(request.get_json()["emailAddress"])
                return _json({})
            return _json({"permissions": [{"emailAddress": address} for address in shared]})
        if request.method == "POST":
            file = {**request.get_json(), "id": f"made-{len(self.files)}"}
            self.files.append(file)
            self.spreadsheets[file["id"]] = {"Sheet1": {"id": 0, "rows": 1000, "columns": 26, "values": {}}}
            return _json({"id": file["id"]})
        found = re.fullmatch(
            r"appProperties has \{ key='(\w+)' and value='(.*)' \} and trashed = false", request.args["q"]
        )
        assert found is not None
        value = found[2].replace("\\'", "'")
        files = [{"id": file["id"]} for file in self.files if file["appProperties"].get(found[1]) == value]
        return _json({"files": files})

    def _change(self, sheets: dict[str, dict[str, Any]], requests: list[dict[str, Any]]) -> Response:
        for change in requests:
            if "addSheet" in change:
                title = change["addSheet"]["properties"]["title"]
                if title in sheets:
                    return _said(400, "INVALID_ARGUMENT")
                sheets[title] = {"id": len(sheets) + 7, "rows": 1000, "columns": 26, "values": {}}
            elif "appendDimension" in change:
                added = change["appendDimension"]
                (sheet,) = [sheet for sheet in sheets.values() if sheet["id"] == added["sheetId"]]
                sheet[added["dimension"].lower()] += added["length"]
            else:
                assert change["updateSpreadsheetProperties"]["properties"] == {"title": "Members"}
        return _json({"replies": []})

    def _write(self, sheets: dict[str, dict[str, Any]], body: dict[str, Any]) -> Response:
        self.writes += 1
        assert body["valueInputOption"] == "RAW"
        for data in body["data"]:
            title, left, first, right, last = _split(data["range"])
            sheet = sheets[title]
            if last > sheet["rows"] or right > sheet["columns"]:
                return _said(400, "INVALID_ARGUMENT")
            assert len(data["values"]) == last - first + 1
            for row, values in enumerate(data["values"], first):
                assert len(values) == right - left + 1
                for column, value in enumerate(values, left):
                    if isinstance(value, str) and len(value) > 50_000:
                        return _said(400, "INVALID_ARGUMENT")
                    sheet["values"][row, column] = value
        return _json({})

    def _read(self, sheets: dict[str, dict[str, Any]], where: str, request: Request) -> Response:
        assert request.args["valueRenderOption"] == "UNFORMATTED_VALUE"
        title, _, first, _, last = _split(where)
        sheet = sheets[title]
        assert last <= sheet["rows"]
        return _json({"values": _rows(sheet["values"], first, last, 1, sheet["columns"])})


def _split(where: str) -> tuple[str, int, int, int, int]:
    found = _RANGE.fullmatch(where)
    assert found is not None, where
    return found[1].replace("''", "'"), _column(found[2]), int(found[3]), _column(found[4]), int(found[5])


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _rows(values: dict[tuple[int, int], Any], first: int, last: int, left: int, right: int) -> list[list[Any]]:
    rows = [[values.get((row, column), "") for column in range(left, right + 1)] for row in range(first, last + 1)]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _said(status: int, name: str) -> Response:
    return _json({"error": {"code": status, "status": name, "message": name}}, status)
