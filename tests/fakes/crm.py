"""A CRM on loopback, as config/coordination/crm/rest.yaml asks it, and as HubSpot is asked: pages, limits, rubbish."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

SECRET = "Bearer made-up-token"
_PROPERTIES = "/crm/v3/objects/"
_OWN = {"id", "updated_at", "subject", "status_code", "priority"}


class FakeCrm:
    """The service, for the length of a context; `now` is its clock.

    `refuses` are the next answers: a status, and seconds to wait. So many `loses` are done and end without an answer.
    `spoils` are raw answers of the next lists. `writes` are the requests that change something.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.refuses: list[tuple[int, int]] = []
        self.spoils: list[str] = []
        self.loses = 0
        self.page_size = 100
        self.repeats_pages = False
        self.rejects: set[str] = set()
        self.writes: list[tuple[str, str, dict[str, Any]]] = []
        self.reads: list[str] = []
        self._now = now
        self._numbers = 100
        self._server = LoopbackServer()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        self._server.expect_request(re.compile("^/.*")).respond_with_handler(self._answer)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def add(self, **fields: Any) -> str:
        """Somebody there makes a record."""
        self._numbers += 1
        name = str(self._numbers)
        self.records[name] = {"id": self._numbers, "subject": "Llamar", "status_code": 1, "priority": 3, **fields}
        self._stamp(name)
        return name

    def change(self, name: str, **fields: Any) -> None:
        """Somebody there changes a record."""
        self.records[name] |= fields
        self._stamp(name)

    def _stamp(self, name: str) -> None:
        self.records[name]["updated_at"] = self._now().astimezone(UTC).isoformat(timespec="milliseconds")

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != SECRET:
            return _json({"error": "who are you?"}, 401)
        if self.refuses:
            status, after = self.refuses.pop(0)
            return Response("{}", status, headers={"Retry-After": str(after)} if after else {})
        if request.path.startswith(_PROPERTIES):
            return self._as_hubspot(request)
        if request.method == "GET":
            return self._list(request)
        given = request.get_json()
        return self._written(request, given, lambda record: {"data": record})

    def _written(self, request: Request, given: dict[str, Any], told: Callable[[dict[str, Any]], Any]) -> Response:
        self.writes.append((request.method, request.path, json.loads(json.dumps(given))))
        if self.rejects & given.keys():
            return _json({"error": "no"}, 422)
        name = request.path.rpartition("/")[2]
        if request.method == "POST":
            name = self.add(**given)
        elif name not in self.records:
            return _json({"error": "gone"}, 404)
        else:
            self.change(name, **given)
        if self.loses:
            self.loses -= 1
            return Response("nothing that can be read", 502)
        return _json(told(self.records[name]), 201 if request.method == "POST" else 200)

    def _list(self, request: Request) -> Response:
        self.reads.append(request.full_path)
        if "external_ref" in request.args:
            key = request.args["external_ref"]
            return _json({"data": [each for each in self.records.values() if each.get("external_ref") == key]})
        if self.spoils:
            return Response(self.spoils.pop(0), 200, mimetype="application/json")
        found = self._changed(datetime.fromisoformat(request.args["updated_since"]))
        if self.repeats_pages:
            return _json({"data": found[: self.page_size], "next_cursor": "again"})
        begun = int(request.args.get("cursor", 0))
        following = begun + self.page_size
        more = following < len(found)
        return _json({"data": found[begun:following], "next_cursor": following if more else None})

    def _changed(self, since: datetime) -> list[dict[str, Any]]:
        return [each for each in self.records.values() if datetime.fromisoformat(each["updated_at"]) >= since]

    def _as_hubspot(self, request: Request) -> Response:
        if not request.path.endswith("/search"):
            return self._written(request, request.get_json()["properties"], _as_object)
        asked = request.get_json()
        self.reads.append(json.dumps(asked))
        (only,) = asked["filterGroups"][0]["filters"]
        assert (only["propertyName"], only["operator"]) == ("hs_lastmodifieddate", "GTE")
        since = datetime.fromtimestamp(int(only["value"]) / 1000, UTC)
        found = sorted(self._changed(since), key=lambda each: str(each["updated_at"]))
        begun = int(asked.get("after", 0))
        following = begun + self.page_size
        paging = {"paging": {"next": {"after": str(following)}}} if following < len(found) else {}
        return _json({"results": [_as_object(each) for each in found[begun:following]], **paging})


def _as_object(record: dict[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in record.items() if name not in _OWN}
    return {"id": str(record["id"]), "updatedAt": record["updated_at"], "properties": properties}


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
