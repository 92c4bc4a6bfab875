"""A page at Manychat on loopback: it knows one key, and keeps what it was sent."""

import json
from types import TracebackType
from typing import Any, Self

from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

SEND = "/fb/sending/sendContent"
PAGE = "/fb/page/getInfo"


class FakePage:
    """The service, for the length of a context, with one page called `name`. `refused` counts calls with other keys."""

    def __init__(self, key: str, name: str = "Members") -> None:
        self.key = key
        self.sent: list[dict[str, Any]] = []
        self.refused = 0
        self._name = name
        self._server = LoopbackServer()

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self._server.url_for("")).rstrip("/")

    @property
    def texts(self) -> list[str]:
        """The texts it was sent."""
        return [message["text"] for sent in self.sent for message in sent["data"]["content"]["messages"]]

    def __enter__(self) -> Self:
        self._server.expect_request(SEND, method="POST").respond_with_handler(self._take)
        self._server.expect_request(PAGE, method="GET").respond_with_handler(self._tell)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def _knows(self, request: Request) -> bool:
        known = request.headers.get("Authorization") == f"Bearer {self.key}"
        self.refused += not known
        return known

    def _take(self, request: Request) -> Response:
        if not self._knows(request):
            return _answer({"status": "error", "message": "Wrong token"}, 401)
        self.sent.append(request.get_json())
        return _answer({"status": "success"})

    def _tell(self, request: Request) -> Response:
        if not self._knows(request):
            return _answer({"status": "error", "message": "Wrong token"}, 401)
        return _answer({"status": "success", "data": {"id": 104, "name": self._name}})


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
