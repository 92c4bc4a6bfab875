"""Meta's Graph API on loopback: it knows one number and token, keeps what it is sent, signs what it delivers."""

import hashlib
import hmac
import json
import re
from types import TracebackType
from typing import Any, Self

from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

NUMBER = "106540352242922"
TOKEN = "made-up-access-token"
SECRET = "made-up-app-secret"
VERIFY = "made-up-word"
# A body, what signs it, and the secret that it is signed with.
DOCUMENTED = (
    b'{"object":"whatsapp_business_account"}',
    {"X-Hub-Signature-256": "sha256=f6491327cb5b041cdf4fe69b94711c7b68bb0aef719854bae676a59788a2b6b6"},
    "appsecret",
)


def signed(body: Any, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery; Meta escapes what is no ASCII."""
    raw = json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return raw, {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


def change(number: str = NUMBER, **value: Any) -> dict[str, Any]:
    """A change of messages at a number."""
    metadata = {"display_phone_number": "573000000009", "phone_number_id": number}
    return {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def delivery(*changes: dict[str, Any]) -> dict[str, Any]:
    """A delivery of changes, each in an entry of its own."""
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [each]} for each in changes],
    }


def message(wamid: str, text: str = "Hola", sender: str = "573001234567", **more: Any) -> dict[str, Any]:
    """A message."""
    return {
        "from": sender,
        "id": f"wamid.{wamid}",
        "timestamp": "1749416383",
        "type": "text",
        "text": {"body": text},
        **more,
    }


class FakeMeta:
    """The service, for the length of a context. `refuses` are the next answers: an HTTP status and an error code."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.read: list[dict[str, Any]] = []
        self.refuses: list[tuple[int, int]] = []
        self.files: dict[str, bytes] = {}
        self._server = LoopbackServer()

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self._server.url_for("")).rstrip("/")

    def __enter__(self) -> Self:
        self._server.expect_request(re.compile("^/.*")).respond_with_handler(self._answer)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json({"error": {"code": 190, "message": "Invalid OAuth access token"}}, 401)
        name = request.path.rpartition("/")[2]
        if request.path.startswith("/content/"):
            return Response(self.files[name], content_type="audio/ogg")
        if name in self.files:
            return _json({"url": f"{self.address}/content/{name}", "mime_type": "audio/ogg", "id": name})
        if name == NUMBER:
            return _json({"display_phone_number": "+57 300 0000009", "verified_name": "Members", "id": NUMBER})
        if name != "messages":
            return _json({"error": {"code": 100, "message": "Unsupported get request"}}, 400)
        body = request.get_json()
        if body.get("status") == "read":
            self.read.append(body)
            return _json({"success": True})
        if self.refuses:
            status, code = self.refuses.pop(0)
            return _json({"error": {"code": code, "message": "no"}}, status)
        self.sent.append(body)
        wamid = f"wamid.sent{len(self.sent)}"
        return _json({"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": wamid}]})


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
