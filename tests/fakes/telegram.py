"""Telegram on loopback with one bot: it knows one token and keeps what it is asked."""

import json
import re
from types import TracebackType
from typing import Any, Self

from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

BOT = "123456"
TOKEN = f"{BOT}:made-up_token"
SECRET = "made-up_secret-1"


def delivery(update: dict[str, Any], secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Body and headers of an update."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
    return json.dumps(update).encode(), headers


def update(number: int, text: Any = "Hola", person: int = 77, **more: Any) -> dict[str, Any]:
    """An update with a message."""
    message = {
        "message_id": number,
        "from": {"id": person, "is_bot": False, "first_name": "Ana", "language_code": "es"},
        "chat": {"id": person, "first_name": "Ana", "type": "private"},
        "date": 1749416383,
        "text": text,
    }
    return {"update_id": 1000 + number, "message": message | more}


class FakeTelegram:
    """The service, for the length of a context. `refuses` are the next answers to what sends."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.webhook: dict[str, Any] = {"url": "", "pending_update_count": 0}
        self.refuses: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self._server = LoopbackServer()

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self._server.url_for("")).rstrip("/")

    def sent(self, operation: str = "sendMessage") -> list[dict[str, Any]]:
        """What was sent by an operation."""
        return [body for name, body in self.calls if name == operation]

    def __enter__(self) -> Self:
        self._server.expect_request(re.compile("^/.*")).respond_with_handler(self._answer)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(f"/file/bot{TOKEN}/"):
            return Response(self.files[request.path.rpartition("/")[2]])
        if not request.path.startswith(f"/bot{TOKEN}/"):
            return _refused({"error_code": 401, "description": "Unauthorized"})
        operation, body = request.path.rpartition("/")[2], request.get_json(silent=True) or {}
        if operation.startswith("send") and operation != "sendChatAction" and self.refuses:
            return _refused(self.refuses.pop(0))
        self.calls.append((operation, body))
        if operation == "setWebhook":
            self.webhook = {**self.webhook, **body}
        results: dict[str, Any] = {
            "getMe": {"id": int(BOT), "is_bot": True, "username": "members_bot"},
            "getWebhookInfo": self.webhook,
            "getFile": {"file_id": "f", "file_path": "voice/f.oga", "file_size": len(self.files.get("f.oga", b""))},
        }
        result = results.get(operation, {"message_id": len(self.calls)} if operation.startswith("send") else True)
        return Response(json.dumps({"ok": True, "result": result}), mimetype="application/json")


def _refused(body: dict[str, Any]) -> Response:
    return Response(json.dumps({"ok": False, **body}), int(body["error_code"]), mimetype="application/json")
