"""A Zendesk on loopback: it knows one agent, keeps tickets and comments, and counts what it is asked.

It tells changes as the real one does: by a cursor, its own doing among them.
"""

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

EMAIL = "agent@example.org"
TOKEN = "made-up-token"
ME, CUSTOMER = 1, 2
_BASIC = f"Basic {b64encode(f'{EMAIL}/token:{TOKEN}'.encode()).decode()}"


class FakeZendesk:
    """The service, for the length of a context. `refuses` are the next answers: a status, and seconds to wait.

    So many `breaks_writes` are done and end without an answer. `writes` are the requests that change something.
    """

    def __init__(self) -> None:
        self.tickets: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.refuses: list[tuple[int, int]] = []
        self.breaks_writes = 0
        self.writes: list[tuple[str, dict[str, Any]]] = []
        self.reads = 0
        self._changes: list[int] = []
        self._keys: dict[str, int] = {}
        self._numbers = 100
        self._moment = datetime(2026, 1, 15, tzinfo=UTC)
        self._server = LoopbackServer()

    @property
    def domain(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        self._server.expect_request(re.compile("^/api/v2/.*")).respond_with_handler(self._answer)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def open_ticket(self, subject: str, text: str, **fields: Any) -> int:
        """A customer opens a ticket."""
        return self._make({"subject": subject, "comment": {"body": text}, **fields}, CUSTOMER)

    def change(self, ticket_id: int, **fields: Any) -> None:
        """Somebody there changes a ticket."""
        self._change(ticket_id, fields, CUSTOMER)

    def say(self, ticket_id: int, text: str) -> None:
        """The customer writes."""
        self._change(ticket_id, {"comment": {"body": text}}, CUSTOMER)

    def texts(self, ticket_id: int) -> list[str]:
        """What stands on a ticket."""
        return [each["body"] for each in self.comments[ticket_id]]

    def _make(self, given: dict[str, Any], author: int) -> int:
        number = self._next()
        fields = {"status": "new", "priority": None, **given}
        comment = fields.pop("comment")
        self.tickets[number] = {"id": number, "description": comment["body"], **fields}
        self.comments[number] = []
        self._change(number, {"comment": comment}, author)
        return number

    def _change(self, number: int, fields: dict[str, Any], author: int) -> None:
        comment = fields.pop("comment", None)
        if comment is not None:
            words = {"id": self._next(), "author_id": author, "body": comment["body"]}
            self.comments[number].append({**words, "public": comment.get("public", True)})
        self._moment = max(self._moment + timedelta(microseconds=1), datetime.now(tz=UTC))
        self.tickets[number] |= {**fields, "updated_at": self._moment.isoformat()}
        self._changes.append(number)

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != _BASIC:
            return _json({"error": "Couldn't authenticate you"}, 401)
        if self.refuses:
            status, after = self.refuses.pop(0)
            return Response("{}", status, headers={"Retry-After": str(after)} if after else {})
        if request.method == "GET":
            return self._read(request)
        answer = self._write(request)
        if not self.breaks_writes:
            return answer
        self.breaks_writes -= 1
        return Response("nothing that can be read", 502)

    def _write(self, request: Request) -> Response:
        given = request.get_json()["ticket"]
        self.writes.append((request.path, json.loads(json.dumps(given))))
        if request.method == "POST":
            key = request.headers["Idempotency-Key"]
            self._keys[key] = self._keys.get(key) or self._make(given, ME)
            return _json({"ticket": self.tickets[self._keys[key]]}, 201)
        number = int(re.sub(r"\D", "", request.path.rpartition("/")[2]))
        if self.tickets.get(number, {}).get("status") == "closed":
            return _json({"error": "RecordInvalid"}, 422)
        if number not in self.tickets:
            return _json({"error": "RecordNotFound"}, 404)
        self._change(number, given, ME)
        return _json({"ticket": self.tickets[number]})

    def _read(self, request: Request) -> Response:
        self.reads += 1
        if request.path.endswith("/users/me.json"):
            return _json({"user": {"id": ME, "name": "Agent", "role": "agent"}})
        if request.path.endswith("/comments.json"):
            return _json({"comments": self.comments[int(request.path.split("/")[4])]})
        if "/incremental/" in request.path:
            begun = int(request.args.get("cursor", "0"))
            changed = list(dict.fromkeys(self._changes[begun:]))
            end = str(len(self._changes))
            found = [self.tickets[number] for number in changed]
            return _json({"tickets": found, "after_cursor": end, "end_of_stream": True})
        after, size = int(request.args.get("page[after]", "0")), int(request.args["page[size]"])
        ordered = sorted(self.tickets.values(), key=lambda each: str(each["updated_at"]), reverse=True)
        more = len(ordered) > after + size
        meta = {"has_more": more, "after_cursor": str(after + size) if more else None}
        return _json({"tickets": ordered[after : after + size], "meta": meta})


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
