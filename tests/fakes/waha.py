"""A WAHA on loopback with one session: it knows one key, keeps what it is asked, and signs what it delivers."""

import hashlib
import hmac
import json
import re
from types import TracebackType
from typing import Any, Self

from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

API_KEY = "made-up-waha-key"
HMAC_KEY = "my-secret-key"
TOKEN = "made-up-waha-token"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
# A body and its signature by that key, as WAHA's documentation has them.
DOCUMENTED = (
    b'{"event":"message","session":"default","engine":"WEBJS"}',
    "208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89",
)


def signed(body: dict[str, Any], key: str = HMAC_KEY) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery, signed as WAHA documents it."""
    raw = json.dumps(body).encode()
    signature = hmac.new(key.encode(), raw, hashlib.sha512).hexdigest()
    return raw, {
        "Content-Type": "application/json",
        "X-Webhook-Request-Id": "01",
        "X-Webhook-Timestamp": "1741249702485",
        "X-Webhook-Hmac": signature,
        "X-Webhook-Hmac-Algorithm": "sha512",
    }


def event(name: str, payload: dict[str, Any], session: str = "default") -> dict[str, Any]:
    """The envelope of an event."""
    return {
        "id": "evt_01aaaaaaaaaaaaaaaaaaaaaaaa",
        "timestamp": 1741249702485,
        "event": name,
        "session": session,
        "metadata": {},
        "me": {"id": "573000000009@c.us", "pushName": "~"},
        "payload": payload,
        "engine": "WEBJS",
        "environment": {"tier": "PLUS", "version": "2026.7.1", "engine": "WEBJS", "browser": None},
    }


def message(hex_id: str, text: str = "Hola", sender: str = "573001234567@c.us", **more: Any) -> dict[str, Any]:
    """The envelope of a message."""
    payload = {
        "id": f"false_{sender}_{hex_id}",
        "timestamp": 1741249702,
        "from": sender,
        "fromMe": False,
        "source": "app",
        "to": "573000000009@c.us",
        "body": text,
        "hasMedia": False,
        "media": None,
        "ack": 1,
        "ackName": "SERVER",
        "vCards": [],
        "replyTo": None,
        "_data": {},
    }
    return event("message", payload | more)


class FakeWaha:
    """The service, for the length of a context. `calls` has what was asked, in order; `refuses` the next answers."""

    def __init__(self) -> None:
        self.status = "WORKING"
        self.exists = True
        self.config: dict[str, Any] = {}
        self.calls: list[tuple[str, str]] = []
        self.sent: list[dict[str, Any]] = []
        self.refuses: list[int] = []
        self.phones: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.strangers = 0
        self._server = LoopbackServer()

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self._server.url_for("")).rstrip("/")

    def texts(self, chat: str) -> list[str]:
        """What somebody was sent."""
        return [sent["text"] for sent in self.sent if sent["chatId"] == chat and "text" in sent]

    def __enter__(self) -> Self:
        self._server.expect_request(re.compile("^/.*")).respond_with_handler(self._answer)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        if request.headers.get("X-Api-Key") != API_KEY:
            self.strangers += 1
            return _json({"message": "Unauthorized", "statusCode": 401}, 401)
        path = request.path
        self.calls.append((request.method, path))
        if path.startswith("/api/sessions"):
            return self._session(request)
        if path.startswith("/api/send") and path != "/api/sendSeen":
            return self._send(request)
        if path.startswith("/api/files/"):
            content = self.files.get(path)
            return Response(content, content_type="audio/ogg") if content else _json({}, 404)
        if path.endswith("/auth/qr"):
            scanning = self.status == "SCAN_QR_CODE"
            return Response(PNG, content_type="image/png") if scanning else _json({"message": "no"}, 422)
        if "/lids/" in path:
            lid = path.rpartition("/")[2]
            return _json({"lid": lid, "pn": self.phones.get(lid)})
        return _json({"result": True}, 201)

    def _session(self, request: Request) -> Response:
        body = request.get_json(silent=True) or {}
        if request.method in {"POST", "PUT"} and "config" in body:
            self.config, self.exists = body["config"], True
        if request.path.endswith("/start"):
            self.status = "SCAN_QR_CODE"
        if not self.exists:
            return _json({"message": "Session not found", "statusCode": 404}, 404)
        return _json({"name": "default", "status": self.status, "config": self.config, "me": None})

    def _send(self, request: Request) -> Response:
        if self.refuses:
            status = self.refuses.pop(0)
            return _json({"message": "no", "statusCode": status}, status)
        body = request.get_json()
        self.sent.append({**body, "path": request.path})
        return _json({"id": f"true_{body['chatId']}_3EB0{len(self.sent):04d}", "fromMe": True}, 201)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
