"""A small Microsoft Graph on loopback, strict about what the real one is strict about, with faults to order.

It has one tenant with one application, one site with two libraries, and upload sessions. `published` remembers every
content that anybody could ever have read, so that no part of a file goes unseen.
"""

import json
import re
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote, urlsplit

from cci_app.embedded.processes import LOOPBACK
from cci_app.integrations.quickxor import quick_xor_hash
from tests.fakes.serving import POLL_SECONDS

TENANT, CLIENT, SECRET = "11111111-tenant", "22222222-client", "fictional-secret"
HOST, SITE = "example.sharepoint.com", "/sites/members"
DRIVES = {"drive-1": "Documents", "drive-2": "Exports"}
UNIT = 320 * 1024
LARGEST_PIECE = 60 * 1024 * 1024


@dataclass
class Session:
    """An upload session: where its file is to go, and the bytes so far. `cuts` are offsets at which it breaks."""

    drive: str
    path: str
    rule: str
    content: bytearray = field(default_factory=bytearray)
    cuts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """A status with a JSON body; status 0 closes the connection without a word."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818
    """An error of Graph's."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.answer = Answer(status, {"error": {"code": code, "message": code, "innerError": {}}}, headers or {})


class FakeGraph:
    """The service, for the length of a context.

    `cuts` are the offsets at which each new session breaks, and `keeps_part` is whether it keeps what it had of the
    broken piece. A session is forgotten, once, when it comes to the offset `forgets_at`. A piece takes `piece_seconds`.
    `ordered` has answers to give instead of the right ones: to the first request that fits the pattern of its method
    and path, once; with `done` the request is carried out all the same, as when an answer is lost.
    """

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.files: dict[tuple[str, str], bytes] = {}
        self.published: list[tuple[str, bytes]] = []
        self.sessions: dict[str, Session] = {}
        self.requests: list[str] = []
        self.cuts: list[int] = []
        self.cut_count = 0
        self.keeps_part = True
        self.forgets_at: int | None = None
        self.piece_seconds = 0.0
        self.ordered: list[tuple[str, Answer, bool]] = []
        self.rights = "write"
        self.sign_in_fault: int | None = None
        self.hashes = True
        self.tokens: set[str] = set()
        self.lock = threading.RLock()
        self._server = _Server((LOOPBACK, 0), _handler(self))

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables that send the product to it."""
        return {
            "SHAREPOINT_TENANT_ID": TENANT,
            "SHAREPOINT_CLIENT_ID": CLIENT,
            "SHAREPOINT_CLIENT_SECRET": self.secret,
            "SHAREPOINT_SITE": f"{HOST}:{SITE}",
            "SHAREPOINT_DRIVE": "Exports",
            "SHAREPOINT_FOLDER": "Monthly/Members",
            "GRAPH_BASE_URL": self.address,
            "GRAPH_AUTHORITY": self.address,
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def order(
        self,
        pattern: str,
        status: int,
        *,
        done: bool = False,
        times: int = 1,
        retry_after: str | None = None,
        code: str = "ordered",
    ) -> None:
        """Have the next requests that fit answered so; `done` has them carried out all the same.

        With an empty `code` the answer is none of Graph's.
        """
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.ordered += [(pattern, Answer(status, {"error": {"code": code}}, headers), done)] * times

    def taken(self, line: str) -> tuple[Answer, bool] | None:
        """The ordered answer to this request, if there is one."""
        with self.lock:
            for number, (pattern, answer, done) in enumerate(self.ordered):
                if re.search(pattern, line):
                    del self.ordered[number]
                    return answer, done
        return None

    def publish(self, drive: str, path: str, content: bytes, rule: str) -> Answer:
        """Make a file visible under the rule for names that are taken."""
        with self.lock:
            status = 201
            if (drive, path) in self.files:
                if rule == "fail":
                    raise Refused(409, "nameAlreadyExists")
                if rule == "rename":
                    path = self._free_name(drive, path)
                else:
                    status = 200
            self.files[drive, path] = content
            self.published.append((path, content))
            return Answer(status, self.item(drive, path))

    def item(self, drive: str, path: str) -> dict[str, Any]:
        """The driveItem of a file."""
        content = self.files[drive, path]
        name = PurePosixPath(path).name
        hashes = {"quickXorHash": quick_xor_hash(BytesIO(content))} if self.hashes else {}
        link = f"https://{HOST}{SITE}/{DRIVES[drive]}/{path}"
        return {"id": f"item-{path}", "name": name, "size": len(content), "webUrl": link, "file": {"hashes": hashes}}

    def _free_name(self, drive: str, path: str) -> str:
        pure = PurePosixPath(path)
        number = 1
        while (drive, str(pure.with_stem(f"{pure.stem} {number}"))) in self.files:
            number += 1
        return str(pure.with_stem(f"{pure.stem} {number}"))


_ITEM = re.compile(r"/drives/(drive-\d)/root(?::/([^:]*):?)?(?:/(content|createUploadSession|children))?")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: broken connections are what this is about."""


class _Cut(Exception):  # noqa: N818
    """The connection breaks here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it the kernel holds the body back until the headers are acknowledged.
    disable_nagle_algorithm: ClassVar[bool] = True
    fake: ClassVar[FakeGraph]

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        line = f"{self.command} {unquote(parts.path)}"
        self.fake.requests.append(line)
        ordered = self.fake.taken(line)
        try:
            if ordered is not None and not ordered[1]:
                self._body()
                answer = ordered[0]
            else:
                answer = self._answer(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
        except Refused as refused:
            answer = refused.answer
        except _Cut:
            answer = Answer(0)
        if ordered is not None:
            answer = ordered[0]
        self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        if answer.status == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, path: str, query: dict[str, str]) -> Answer:
        if path.startswith("/upload/"):
            return self._upload(path.removeprefix("/upload/"))
        body = self._body()
        if path.endswith("/oauth2/v2.0/token"):
            return self._token(path, body)
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.fake.tokens:
            raise Refused(401, "InvalidAuthenticationToken")
        if not path.startswith("/v1.0/"):
            raise Refused(404, "notFound")
        found = _ITEM.fullmatch(path.removeprefix("/v1.0"))
        if found is None:
            return self._site(path.removeprefix("/v1.0"), query)
        drive, place, action = found[1], unquote(found[2] or ""), found[3]
        if self.command == "POST" and action == "createUploadSession":
            return self._open_session(drive, place, json.loads(body))
        if self.command == "PUT" and action == "content":
            self._check_right()
            _check_name(place)
            if len(body) > 250 * 1024 * 1024:
                raise Refused(413, "tooLarge")
            return self.fake.publish(drive, place, body, query.get("@microsoft.graph.conflictBehavior", "replace"))
        if self.command == "GET" and action == "children":
            return self._children(drive, place, int(query.get("page", "0")))
        if self.command == "GET" and action is None and (drive, place) in self.fake.files:
            return Answer(200, self.fake.item(drive, place))
        raise Refused(404, "itemNotFound")

    def _token(self, path: str, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        fault = self.fake.sign_in_fault
        if fault is None and path != f"/{TENANT}/oauth2/v2.0/token":
            fault = 90002
        if fault is None and form["client_id"] != CLIENT:
            fault = 700016
        if fault is None and form["client_secret"] != self.fake.secret:
            fault = 7000215
        if fault is not None:
            description = f"AADSTS{fault}: for tenant '{TENANT}'. Trace ID: 0"
            return Answer(401, {"error": "invalid_client", "error_description": description, "error_codes": [fault]})
        if form["grant_type"] != "client_credentials" or form["scope"] != f"{self.fake.address}/.default":
            return Answer(400, {"error": "invalid_request", "error_description": "AADSTS900144"})
        token = secrets.token_urlsafe()
        self.fake.tokens.add(token)
        return Answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _site(self, path: str, query: dict[str, str]) -> Answer:
        if path == f"/sites/{HOST}:{SITE}":
            if self.fake.rights == "none":
                raise Refused(403, "accessDenied")
            return Answer(200, {"id": "site-1"})
        if path == "/sites/site-1/drive":
            return Answer(200, {"id": "drive-1", "name": DRIVES["drive-1"]})
        if path == "/sites/site-1/drives":
            return self._page([{"id": key, "name": name} for key, name in DRIVES.items()], path, query)
        raise Refused(404, "itemNotFound")

    def _children(self, drive: str, folder: str, page: int) -> Answer:
        items = [
            self.fake.item(*key)
            for key in sorted(self.fake.files)
            if key[0] == drive and str(PurePosixPath(key[1]).parent) == (folder or ".")
        ]
        return self._page(items, self.path.partition("?")[0].removeprefix("/v1.0"), {"page": str(page)})

    def _page(self, items: list[dict[str, Any]], path: str, query: dict[str, str]) -> Answer:
        """One member a page, so that whoever reads has to turn them."""
        page = int(query.get("page", "0"))
        body: dict[str, Any] = {"value": items[page : page + 1]}
        if page + 1 < len(items):
            body["@odata.nextLink"] = f"{self.fake.address}/v1.0{path}?page={page + 1}"
        return Answer(200, body)

    def _check_right(self) -> None:
        if self.fake.rights != "write":
            raise Refused(403, "accessDenied")

    def _open_session(self, drive: str, place: str, body: dict[str, Any]) -> Answer:
        self._check_right()
        _check_name(place)
        with self.fake.lock:
            if any((session.drive, session.path) == (drive, place) for session in self.fake.sessions.values()):
                raise Refused(409, "nameAlreadyExists")
            key = secrets.token_urlsafe()
            rule = body["item"]["@microsoft.graph.conflictBehavior"]
            self.fake.sessions[key] = Session(drive, place, rule, cuts=sorted(self.fake.cuts))
        url = f"{self.fake.address}/upload/{key}"
        return Answer(
            200, {"uploadUrl": url, "expirationDateTime": "2030-01-01T00:00:00Z", "nextExpectedRanges": ["0-"]}
        )

    def _upload(self, key: str) -> Answer:
        session = self.fake.sessions.get(key)
        if self.headers.get("Authorization") is not None:
            raise Refused(401, "unauthenticated")
        if session is None:
            self._body()
            raise Refused(404, "itemNotFound")
        if self.command == "DELETE":
            del self.fake.sessions[key]
            return Answer(204)
        if self.command == "PUT":
            return self._piece(key, session)
        return Answer(200, {"nextExpectedRanges": [f"{len(session.content)}-"]})

    def _piece(self, key: str, session: Session) -> Answer:
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", self.headers["Content-Range"])
        length = int(self.headers["Content-Length"])
        first, last, total = map(int, found.groups()) if found else (0, -1, 0)
        if first != len(session.content):
            self._body()
            raise Refused(416, "invalidRange")
        wrong = last - first + 1 != length or last >= total or length >= LARGEST_PIECE
        if wrong or (last + 1 < total and length % UNIT):
            self._body()
            raise Refused(400, "invalidRequest")
        if self.fake.forgets_at is not None and self.fake.forgets_at <= last:
            self._body()
            self.fake.forgets_at = None
            del self.fake.sessions[key]
            raise Refused(404, "itemNotFound")
        if session.cuts and session.cuts[0] <= last:
            part = self.rfile.read(session.cuts.pop(0) - first)
            if self.fake.keeps_part:
                session.content += part
            self.fake.cut_count += 1
            raise _Cut
        session.content += self._body()
        time.sleep(self.fake.piece_seconds)
        if last + 1 < total:
            return Answer(202, {"nextExpectedRanges": [f"{last + 1}-"]})
        answer = self.fake.publish(session.drive, session.path, bytes(session.content), session.rule)
        del self.fake.sessions[key]
        return answer


def _check_name(place: str) -> None:
    for name in place.split("/"):
        if re.search(r'["*:<>?|\\]', name) or name != name.strip(" .") or name.startswith("~$") or not name:
            raise Refused(400, "invalidRequest")


def _handler(fake: FakeGraph) -> type[_Handler]:
    return type("Handler", (_Handler,), {"fake": fake})
