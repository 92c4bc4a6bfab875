"""Twilio: WhatsApp messages as signed forms, answered in TwiML; what comes later leaves by the REST API.

A delivery that takes longer than 15 seconds, or is answered with an error, is one that the person never hears of. The
address that a signature is over is the one that Twilio called, port and query included.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

from cci_app.channels.markup import WHATSAPP, marked_up
from cci_app.channels.message import (
    Address,
    Brought,
    DeliveryReport,
    File,
    Ignored,
    Inbound,
    Link,
    Location,
    Part,
    Template,
    Text,
)
from cci_app.channels.ports import (
    Delivery,
    Fault,
    Incoming,
    Limits,
    Media,
    Refused,
    Rendered,
    Reply,
    Sent,
    Uncertain,
    read_fault,
    split_text,
)
from cci_app.channels.reading import degrees, file_of, person_id, said, same
from cci_app.channels.vendor import LONGEST_REASON, Vendor, VendorAnswer
from cci_app.core.errors import Conflict, InvalidInput, Unavailable
from cci_app.core.outbound.fetch import fetch
from cci_app.core.text import clean

TWILIO = "twilio"
XML_TYPE = "text/xml; charset=utf-8"
WINDOW_SECONDS = 24 * 3600.0
_ALGORITHMS = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_KEY = "message"
# Twilio takes 1,600 characters, and counts some of them double.
_TEXT_LENGTH = 1500
_MESSAGES = 10
_MOST_MEDIA = 10
_PORTS = {"https": 443, "http": 80}
_STATES = {
    **dict.fromkeys(("sent", "delivered", "read", "failed"), ""),
    "undelivered": "failed",
    "canceled": "failed",
}
# https://www.twilio.com/docs/api/errors
_ERRORS: Mapping[str, Fault] = {
    **dict.fromkeys(("429", "503", "20429", "30001", "63018"), Fault.RETRY),
    **dict.fromkeys(
        ("20003", "20005", "20006", "21606", "21603", "30002", "63007", "63001", "63112"), Fault.STOP_ACCOUNT
    ),
    **dict.fromkeys(("63016", "63033"), Fault.WINDOW_CLOSED),
}


class Twilio:
    """One WhatsApp number at Twilio; without its credentials it renders, and takes and sends nothing."""

    kind = TWILIO
    errors: Mapping[str, Fault] = _ERRORS

    def __init__(
        self,
        account_sid: str = "",
        auth_token: str = "",
        number: str = "",
        base_url: str = "https://api.twilio.com",
        *,
        called_back_at: str | None = None,
        loopback: bool = False,
    ) -> None:
        self.limits = Limits(
            text_length=_TEXT_LENGTH,
            caption_length=_TEXT_LENGTH,
            messages=_MESSAGES,
            pushes=bool(auth_token),
            window_seconds=WINDOW_SECONDS,
        )
        self._sid, self._token, self._number = account_sid, auth_token, number
        self._called_back_at, self._loopback = called_back_at, loopback
        self._api = Vendor("Twilio", base_url, basic=(account_sid, auth_token))

    def verify(self, incoming: Incoming) -> bool:
        """Whether the signature is that of the address and all parameters, by the algorithm that Twilio names."""
        if not self._token:
            return False
        digest = _ALGORITHMS.get(_algorithm(incoming.header("X-Twilio-Webhooks-Signature-Settings")))
        if digest is None:
            return False
        named = parse_qs(urlsplit(incoming.url).query).get("bodySHA256")
        written = ""
        if named is None:
            written = _written(incoming.body)
        elif not same(named[0].lower(), hashlib.sha256(incoming.body).hexdigest()):
            return False
        given = incoming.header("X-Twilio-Signature")
        addresses = _with_and_without_port(incoming.url)
        # Every one is tried, so that the time does not tell which of them it was.
        return sum(same(given, _signature(self._token, address + written, digest)) for address in addresses) > 0

    def parse(self, incoming: Incoming) -> Sequence[Brought]:
        """A message, or what became of one of ours."""
        form = _form(incoming.body)
        status = form.get("MessageStatus", "")
        if status and form.get("SmsStatus", status) != "received":
            return [_report(form, status, incoming.url)]
        sid, sender = form.get("MessageSid") or form.get("SmsMessageSid", ""), form.get("From", "")
        if not sid or not sender:
            raise InvalidInput("this is no message of Twilio's: MessageSid or From is missing")
        parts = _parts(form)
        if not parts:
            return [Ignored(form.get("MessageType", "") or "empty")]
        known_as = form.get("ExternalUserIdentifier", "")
        return [
            Inbound(
                channel=TWILIO,
                account=incoming.account,
                sender=person_id(sender),
                parts=parts,
                event_id=sid,
                reply_to=Address(TWILIO, incoming.account, sender),
                also=(person_id(known_as),) if known_as else (),
                answers=tuple(filter(None, (form.get("OriginalRepliedMessageSid", ""),))),
            )
        ]

    def render(self, reply: Reply) -> Rendered:
        """The reply as TwiML; what does not go into its ten messages is the rest."""
        shown = [message for part in reply.parts for message in _messages(part)]
        told = "".join(map(_twiml, shown[:_MESSAGES]))
        response = f"<Response>{told}</Response>" if told else "<Response />"
        body = f'<?xml version="1.0" encoding="UTF-8"?>{response}'.encode()
        return Rendered(body, XML_TYPE, tuple(Text(text) for text, _ in shown[_MESSAGES:]))

    def send(self, part: Part, address: Address, key: str) -> Delivery:
        """Send one part by the REST API, which tells later what became of it."""
        if not self.limits.pushes:
            return Refused("no_credentials", "there are no credentials of this Twilio account")
        messages = _messages(part)
        if len(messages) != 1:
            return Refused("too_long", f"more than one message of {_TEXT_LENGTH} characters")
        ((text, media),) = messages
        form: dict[str, Any] = {"From": self._from(address.to), "To": address.to}
        if isinstance(part, Template) and part.name.startswith("HX"):
            values = {str(number): value for number, value in enumerate(part.values, start=1)}
            form |= {"ContentSid": part.name, "ContentVariables": json.dumps(values, ensure_ascii=False)}
        else:
            form |= {"Body": text} | ({"MediaUrl": media} if media else {})
        if self._called_back_at:
            form["StatusCallback"] = f"{self._called_back_at}?{_KEY}={quote(key, safe='')}"
        answer = self._api.ask("POST", f"/2010-04-01/Accounts/{self._sid}/Messages.json", form=form)
        return self._read(answer) if isinstance(answer, VendorAnswer) else answer

    def download(self, file: File, most_bytes: int) -> Media:
        """Fetch a file that a message names; the credentials go to Twilio alone, not to where it leads."""
        basic = base64.b64encode(f"{self._sid}:{self._token}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        found = fetch(file.ref, headers=headers, max_bytes=most_bytes, loopback=self._loopback)
        return Media(found.content, found.media_type or file.media_type)

    def written_for(self, user_id: str) -> str:
        """The number on WhatsApp, or the id that WhatsApp has in its place."""
        return user_id if user_id.startswith("whatsapp:") else f"whatsapp:{user_id}"

    def check(self) -> Iterator[str]:
        """Ask for the account; say what it is called. Raises Conflict or Unavailable for what is wrong."""
        answer = self._api.look_up("GET", f"/2010-04-01/Accounts/{self._sid}.json")
        if answer.status in {401, 403, 404}:
            raise Conflict("Twilio does not accept TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN: copy both anew")
        if answer.status != 200:
            raise Unavailable(f"Twilio answered {answer.status}")
        state = answer.fields.get("status", "unknown")
        if state != "active":
            raise Conflict(f"the account at Twilio is {state}: see its console")
        yield f"Twilio accepts the account {answer.fields.get('friendly_name', self._sid)}"
        if self._called_back_at is None:
            raise Conflict("set PUBLIC_BASE_URL: without it nobody knows which address Twilio signs, and is to call")
        yield f"Twilio is to deliver messages to {self._called_back_at}"

    def close(self) -> None:
        """Close its connections."""
        self._api.close()

    def _from(self, to: str) -> str:
        return f"whatsapp:{self._number}" if to.startswith("whatsapp:") else self._number

    def _read(self, answer: VendorAnswer) -> Delivery:
        body = answer.fields
        if answer.status in {200, 201} and isinstance(body.get("sid"), str):
            return Sent(body["sid"])
        code = str(body.get("code") or answer.status)
        if answer.status >= 500 and self.errors.get(code) is not Fault.RETRY:
            return Uncertain(f"Twilio answered {answer.status}")
        if answer.status < 400:
            return Uncertain("Twilio's answer could not be read")
        reason = f"Twilio answered {answer.status}: {body.get('message') or 'no reason given'}"[:LONGEST_REASON]
        return read_fault(self.errors, code, reason, answer.retry_after)


def _algorithm(settings: str) -> str:
    """The algorithm that the header names, as `key=…,algorithm=HMAC_SHA256`; the one of old without it."""
    for setting in settings.split(","):
        name, _, value = setting.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"


def _signature(token: str, signed: str, digest: Any) -> str:
    return base64.b64encode(hmac.new(token.encode(), signed.encode("utf-8", "surrogatepass"), digest).digest()).decode()


def _written(body: bytes) -> str:
    """All parameters as they are signed: by name, each distinct value behind its name."""
    values: dict[str, set[str]] = {}
    for name, value in _pairs(body):
        values.setdefault(name, set()).add(value)
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return []


def _form(body: bytes) -> dict[str, str]:
    """The parameters, the first of each name."""
    form: dict[str, str] = {}
    for name, value in _pairs(body):
        form.setdefault(name, value)
    return form


def _with_and_without_port(url: str) -> tuple[str, str]:
    """Twilio signs the address with its port or without it."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return url, url
    host = parts.netloc.rpartition(":")[0] if port else parts.netloc
    with_port = parts.netloc if port else f"{parts.netloc}:{_PORTS.get(parts.scheme, 443)}"
    rest = url.partition("://")[2].removeprefix(parts.netloc)
    return f"{parts.scheme}://{host}{rest}", f"{parts.scheme}://{with_port}{rest}"


def _report(form: Mapping[str, str], status: str, url: str) -> Brought:
    state = _STATES.get(status)
    if state is None:
        return Ignored(f"status {status[:20]}")
    code = form.get("ErrorCode") or None
    key = parse_qs(urlsplit(url).query).get(_KEY, [""])[0]
    reason = form.get("ErrorMessage") or (f"Twilio's error {code}" if code else None)
    return DeliveryReport(state or status, form.get("MessageSid") or None, key or None, code, reason)


def _parts(form: Mapping[str, str]) -> tuple[Part, ...]:
    if form.get("MessageType", "").lower() == "reaction":
        return ()
    body = form.get("ButtonText") or form.get("ListTitle") or form.get("Body", "")
    parts = [*said(body)]
    latitude, longitude = (degrees(form.get(name, "")) for name in ("Latitude", "Longitude"))
    if latitude is not None and longitude is not None:
        parts.append(Location(latitude, longitude, clean(form.get("Label", "")), clean(form.get("Address", ""))))
    count = form.get("NumMedia", "0")
    for number in range(min(int(count), _MOST_MEDIA) if count.isascii() and count.isdecimal() else 0):
        if address := form.get(f"MediaUrl{number}"):
            parts.append(file_of(form.get(f"MediaContentType{number}", ""), ref=address))
    return tuple(parts)


def _messages(part: Part) -> list[tuple[str, str]]:
    """The messages of a part: text, and the address of a file that is shown with it."""
    if isinstance(part, File) and part.url:
        first, *rest = split_text(part.caption or part.name, _TEXT_LENGTH)
        return [(marked_up(first, WHATSAPP), part.url), *((marked_up(piece, WHATSAPP), "") for piece in rest)]
    plain = f"{part.text}\n{part.label}: {part.url}" if isinstance(part, Link) else part.plain
    return [(marked_up(piece, WHATSAPP), "") for piece in split_text(plain, _TEXT_LENGTH) if piece]


def _twiml(message: tuple[str, str]) -> str:
    text, media = (escape(clean(each).translate(_NO_XML)) for each in message)
    if not media:
        return f"<Message>{text}</Message>"
    return f"<Message><Body>{text}</Body><Media>{media}</Media></Message>"


# What is a character, and none of XML's.
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF))
