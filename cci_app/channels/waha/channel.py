"""One WhatsApp number at a WAHA of one's own: its deliveries and its messages.

It is WhatsApp's web client that sends: whoever writes faster than people do may lose the number. So a message is shown
as seen, and typing is shown for as long as its length would take.
"""

import hashlib
import mimetypes
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from cci_app.channels.markup import WHATSAPP, marked_up
from cci_app.channels.message import Address, Audio, Brought, File, Image, Part, Template, Text
from cci_app.channels.ports import (
    TEXT_TYPE,
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
)
from cci_app.channels.reading import nearby_alone, person_id, same, signed
from cci_app.channels.vendor import LONGEST_REASON, Vendor, VendorAnswer
from cci_app.channels.waha.sessions import WahaSession
from cci_app.channels.waha.wire import WAHA, inner_id, read_delivery
from cci_app.core.errors import InvalidInput, Unavailable

TEXT_LENGTH = 4096
# What a person's typing takes, and no more than whoever reads would wait.
_SECONDS_A_CHARACTER = 0.03
_LONGEST_TYPING_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class WahaAccess:
    """How WAHA is reached, and what proves that a delivery is its own.

    `guarded` is an address that anybody may have named. `human` has messages sent as a person would.
    """

    base_url: str = ""
    session: str = "default"
    api_key: str = ""
    hmac_key: str | None = None
    token: str | None = None
    deliver_to: str | None = None
    human: bool = True
    guarded: bool = False
    loopback: bool = False


class Waha:
    """A session of WAHA; without its address it takes and sends nothing."""

    kind = WAHA
    # By HTTP status: WAHA has no codes of its own. 422 is a session that does not work at present.
    errors: Mapping[str, Fault] = {
        **dict.fromkeys(("401", "403", "404"), Fault.STOP_ACCOUNT),
        **dict.fromkeys(("422", "429", "503"), Fault.RETRY),
    }

    def __init__(self, access: WahaAccess | None = None) -> None:
        self._access = access = access or WahaAccess()
        self.limits = Limits(text_length=TEXT_LENGTH, listener=False, pushes=bool(access.base_url))
        self._api = Vendor(
            "WAHA",
            access.base_url,
            headers={"X-Api-Key": access.api_key} if access.api_key else {},
            guarded=access.guarded,
            loopback=access.loopback,
        )
        self.session = WahaSession(
            self._api, access.session, access.deliver_to, hmac_key=access.hmac_key, token=access.token
        )

    def verify(self, incoming: Incoming) -> bool:
        """Whether it is signed with the HMAC key, or carries the token; a signature that is there has to be right."""
        access = self._access
        if access.hmac_key is None and access.token is None:
            return nearby_alone(incoming, None)
        given = incoming.header("X-Webhook-Hmac")
        signature = same(given, signed(access.hmac_key or "", incoming.body, hashlib.sha512) if access.hmac_key else "")
        by_token = same(incoming.header("X-Waha-Token"), access.token or "")
        if given and access.hmac_key is not None:
            return signature and incoming.header("X-Webhook-Hmac-Algorithm").lower() in {"", "sha512"}
        return by_token

    def parse(self, incoming: Incoming) -> Sequence[Brought]:
        """The event in a delivery."""
        return read_delivery(incoming, self._access.session)

    def render(self, reply: Reply) -> Rendered:  # noqa: ARG002 (nobody waits for it)
        """An acknowledgement."""
        return Rendered(b"", TEXT_TYPE)

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002 (it knows no idempotency)
        """Send one part as a person would."""
        if not self.limits.pushes:
            return Refused("no_session", "there is no WAHA that this account leads to")
        path, message = _message(part)
        if len(message.get("text", "")) > TEXT_LENGTH:
            return Refused("too_long", f"more than {TEXT_LENGTH} characters")
        if self._access.human:
            self._type(address.to, part.plain)
        answer = self._ask(path, {"chatId": address.to, **message})
        return self._read(answer) if isinstance(answer, VendorAnswer) else answer

    def typing(self, address: Address, event_id: str | None) -> None:  # noqa: ARG002 (a chat is seen as a whole)
        """Show the chat as seen, and that somebody types."""
        if self._access.human and self.limits.pushes:
            for path in ("/api/sendSeen", "/api/startTyping"):
                self._ask(path, {"chatId": address.to})

    def download(self, file: File, most_bytes: int) -> Media:
        """Fetch a file. WAHA names its own host as it sees itself: the path counts, at the address that we know."""
        path = urlsplit(file.ref).path
        if not path.startswith("/api/files/"):
            raise InvalidInput("WAHA names no place of this file")
        answer = self._api.look_up("GET", path, most_bytes=most_bytes)
        if answer.status != 200:
            raise Unavailable(f"WAHA answered {answer.status} and has no such file")
        return Media(answer.body, answer.headers.get("content-type", file.media_type).partition(";")[0])

    def phone_behind(self, user_id: str) -> str | None:
        """The phone behind an id that hides it; None where WAHA does not know it either."""
        if not user_id.endswith("@lid"):
            return None
        answer = self._api.look_up("GET", f"/api/{self._access.session}/lids/{quote(user_id, safe='')}")
        phone = answer.fields.get("pn") if answer.status == 200 else None
        return person_id(phone) if isinstance(phone, str) and phone else None

    def written_for(self, user_id: str) -> str:
        """The chat of a phone; ids of WhatsApp's own name theirs already."""
        return user_id if "@" in user_id else f"{user_id.lstrip('+')}@c.us"

    def check(self) -> Iterator[str]:
        """Set up the session and its deliveries where they are not, and say how it is."""
        yield from self.session.set_up()

    def pairing_code(self) -> bytes:
        """The QR code that the telephone is to scan, as a PNG. Raises CciError where none is to be scanned."""
        return self.session.pairing_code()

    def close(self) -> None:
        """Close its connections."""
        self._api.close()

    def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._api.ask("POST", path, json={"session": self._access.session, **body})

    def _type(self, chat: str, text: str) -> None:
        """Take the time that somebody would need to type it; whether it is shown is of no account."""
        for path in ("/api/sendSeen", "/api/startTyping"):
            if not isinstance(self._ask(path, {"chatId": chat}), VendorAnswer):
                return
        length = min(len(text) * _SECONDS_A_CHARACTER, _LONGEST_TYPING_SECONDS)
        time.sleep(length * random.uniform(0.7, 1.0))  # noqa: S311 (nothing is to be guessed)
        self._ask("/api/stopTyping", {"chatId": chat})

    def _read(self, answer: VendorAnswer) -> Delivery:
        status, body = answer.status, answer.fields
        code = str(status)
        if status in {200, 201}:
            return Sent(inner_id(body.get("id")) or inner_id(body.get("key")))
        if status >= 500 and self.errors.get(code) is not Fault.RETRY:
            return Uncertain(f"WAHA answered {status}")
        said = body.get("message") or body.get("error") or "no reason given"
        return read_fault(self.errors, code, f"WAHA answered {status}: {said}"[:LONGEST_REASON], answer.retry_after)


def _message(part: Part) -> tuple[str, dict[str, Any]]:
    """The operation that sends a part, and what it takes; buttons and lists are numbered lines, which all can see."""
    if isinstance(part, File) and part.url:
        file = {"url": part.url, "filename": part.name or "file", "mimetype": part.media_type or _type_of(part)}
        if isinstance(part, Audio):
            return "/api/sendVoice", {"file": file, "convert": True}
        caption = marked_up(part.caption, WHATSAPP)
        return "/api/sendImage" if isinstance(part, Image) else "/api/sendFile", {"file": file, "caption": caption}
    text = part.text if isinstance(part, Text | Template) else part.plain
    return "/api/sendText", {"text": marked_up(text, WHATSAPP), "linkPreview": False}


def _type_of(file: File) -> str:
    return mimetypes.guess_type(file.name or urlsplit(file.url).path)[0] or "application/octet-stream"
