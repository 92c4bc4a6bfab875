"""An account at Twilio on loopback: it knows one token, keeps what it was sent, and signs what it delivers."""

import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode

from twilio.request_validator import RequestValidator
from werkzeug import Request, Response

from tests.fakes.serving import LoopbackServer

SID = "AC00000000000000000000000000000000"
TOKEN = "12345"
NUMBER = "+573000000009"
FORM = "application/x-www-form-urlencoded"
# Addresses, their parameters and what signs them by that token.
VECTORS = [
    (
        "https://example.com/api/v1/webhooks/twilio",
        {"From": "whatsapp:+573001234567", "Body": "Hola", "MessageSid": "SM" + "0" * 32, "NumMedia": "0"},
        "TrLbJCXMpaKHtgzdcnELHyE7eGY=",
    ),
    (
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+12349013030",
            "Digits": "1234",
            "From": "+12349013030",
            "To": "+18005551212",
        },
        "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
    ),
]


def signed(url: str, form: dict[str, str], token: str = TOKEN) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery to an address, signed by Twilio's own package."""
    signature = RequestValidator(token).compute_signature(url, form)
    return urlencode(form).encode(), {"X-Twilio-Signature": signature, "Content-Type": FORM}


def message(sid: str, text: str = "Hola", sender: str = "+573001234567", **more: str) -> dict[str, str]:
    """The parameters of a message."""
    return {
        "AccountSid": SID,
        "ApiVersion": "2010-04-01",
        "Body": text,
        "From": f"whatsapp:{sender}",
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": "1",
        "ProfileName": "Ana",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": f"whatsapp:{NUMBER}",
        "WaId": sender.lstrip("+"),
        **more,
    }


class FakeTwilio:
    """The service, for the length of a context. `refuses` are the next answers: an HTTP status and an error code."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.refuses: list[tuple[int, int]] = []
        self.strangers = 0
        self.media: dict[str, bytes] = {}
        self.media_type = "image/jpeg"
        self.authorised_elsewhere = False
        self._server = LoopbackServer()

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self._server.url_for("")).rstrip("/")

    def texts(self, to: str) -> list[str]:
        """What somebody was sent."""
        return [sent["Body"] for sent in self.sent if sent["To"] == f"whatsapp:{to}"]

    def media_address(self, name: str, content: bytes) -> str:
        """Where a file can be fetched, which leads to another place as Twilio's do."""
        self.media[name] = content
        return f"{self.address}/2010-04-01/Accounts/{SID}/Messages/MM1/Media/{name}"

    def __enter__(self) -> Self:
        account = f"/2010-04-01/Accounts/{SID}"
        self._server.expect_request(f"{account}/Messages.json", method="POST").respond_with_handler(self._take)
        self._server.expect_request(f"{account}.json", method="GET").respond_with_handler(self._tell)
        for name in ("image", "voice"):
            path = f"{account}/Messages/MM1/Media/{name}"
            self._server.expect_request(path, method="GET").respond_with_handler(self._lead)
            self._server.expect_request(f"/content/{name}", method="GET").respond_with_handler(self._content)
        self._server.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()

    def _knows(self, request: Request) -> bool:
        given = request.authorization
        known = given is not None and (given.username, given.password) == (SID, TOKEN)
        self.strangers += not known
        return known

    def _take(self, request: Request) -> Response:
        if not self._knows(request):
            return _answer({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        if self.refuses:
            status, code = self.refuses.pop(0)
            return _answer({"code": code, "message": "no", "status": status}, status)
        form = parse_qs(request.get_data(as_text=True), keep_blank_values=True)
        self.sent.append({name: values[0] for name, values in form.items()})
        return _answer({"sid": f"SM{len(self.sent):032d}", "status": "queued"}, 201)

    def _tell(self, request: Request) -> Response:
        if not self._knows(request):
            return _answer({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        return _answer({"sid": SID, "friendly_name": "Members", "status": "active"})

    def _lead(self, request: Request) -> Response:
        if not self._knows(request):
            return Response(status=401)
        name = request.path.rpartition("/")[2]
        # localhost is another origin than 127.0.0.1.
        port = self._server.port
        return Response(status=307, headers={"Location": f"http://localhost:{port}/content/{name}"})

    def _content(self, request: Request) -> Response:
        self.authorised_elsewhere |= "Authorization" in request.headers
        return Response(self.media[request.path.rpartition("/")[2]], content_type=self.media_type)


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
