"""One number of Meta's Cloud API."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cci_app.channels.message import Address, Brought, File, Part
from cci_app.channels.meta.messages import CAPTION_LENGTH, TEXT_LENGTH, body_of
from cci_app.channels.meta.wire import META, read_delivery
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
from cci_app.channels.reading import nearby_alone, same, signed
from cci_app.channels.vendor import LONGEST_REASON, Vendor, VendorAnswer
from cci_app.core.errors import Conflict, InvalidInput, Unavailable
from cci_app.core.outbound.fetch import fetch

WINDOW_SECONDS = 24 * 3600.0
_LONGEST_CHALLENGE = 200
_SCOPED = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_REF = re.compile(r"[A-Za-z0-9_-]{1,128}")
# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
_ERRORS: Mapping[str, Fault] = {
    **dict.fromkeys(("2", "4", "80007", "130429", "131016", "131056", "133004", "429", "503"), Fault.RETRY),
    **dict.fromkeys(("10", "190", "200", "368", "131005", "131031", "131042", "131045", "133010"), Fault.STOP_ACCOUNT),
    "131047": Fault.WINDOW_CLOSED,
}


@dataclass(frozen=True, slots=True)
class MetaAccess:
    """How a number is reached, and what proves that a delivery is Meta's."""

    phone_number_id: str = ""
    access_token: str = ""
    app_secret: str | None = None
    verify_token: str | None = None
    version: str = "v26.0"
    base_url: str = "https://graph.facebook.com"
    deliver_to: str | None = None
    loopback: bool = False


class MetaCloud:
    """A number; without its token it takes and sends nothing."""

    kind = META
    errors: Mapping[str, Fault] = _ERRORS

    def __init__(self, access: MetaAccess | None = None) -> None:
        self._access = access = access or MetaAccess()
        self.limits = Limits(
            text_length=TEXT_LENGTH,
            caption_length=CAPTION_LENGTH,
            buttons=3,
            choices=10,
            listener=False,
            pushes=bool(access.access_token),
            window_seconds=WINDOW_SECONDS,
        )
        self._api = Vendor("Meta", access.base_url, headers={"Authorization": f"Bearer {access.access_token}"})

    def verify(self, incoming: Incoming) -> bool:
        """Whether the signature is that of the raw body; of Meta's question, whether it names the agreed word."""
        access = self._access
        if incoming.method == "GET":
            asked = _query(incoming)
            return asked.get("hub.mode") == "subscribe" and same(
                asked.get("hub.verify_token", ""), access.verify_token or ""
            )
        if access.app_secret is None:
            return bool(access.phone_number_id) and nearby_alone(incoming, None)
        return same(incoming.header("X-Hub-Signature-256"), f"sha256={signed(access.app_secret, incoming.body)}")

    def challenge(self, incoming: Incoming) -> Rendered:
        """What Meta asks to hear again."""
        return Rendered(_query(incoming).get("hub.challenge", "")[:_LONGEST_CHALLENGE].encode(), TEXT_TYPE)

    def parse(self, incoming: Incoming) -> Sequence[Brought]:
        """Every event in a delivery."""
        return read_delivery(incoming, self._access.phone_number_id)

    def render(self, reply: Reply) -> Rendered:  # noqa: ARG002 (nobody waits for it)
        """An acknowledgement."""
        return Rendered(b"", TEXT_TYPE)

    def send(self, part: Part, address: Address, key: str) -> Delivery:
        """Send one part; what becomes of it comes back with the key."""
        if not self.limits.pushes:
            return Refused("no_token", "there is no access token of this number")
        body = body_of(part)
        if body is None:
            return Refused("too_long", f"more than {TEXT_LENGTH} characters")
        to = {"recipient": address.to} if _SCOPED.fullmatch(address.to) else {"to": self.written_for(address.to)}
        common = {"messaging_product": "whatsapp", "recipient_type": "individual"}
        answer = self._post({**common, **to, **body, "biz_opaque_callback_data": key})
        return self._read(answer) if isinstance(answer, VendorAnswer) else answer

    def typing(self, address: Address, event_id: str | None) -> None:  # noqa: ARG002 (Meta goes by the message)
        """Show the message as read, and that somebody types."""
        if event_id and self.limits.pushes:
            read = {"messaging_product": "whatsapp", "status": "read", "message_id": event_id}
            self._post({**read, "typing_indicator": {"type": "text"}})

    def download(self, file: File, most_bytes: int) -> Media:
        """Fetch a file by its id: Meta tells for minutes where it is, and gives it for the token."""
        if not _REF.fullmatch(file.ref):
            raise InvalidInput("this is no file of Meta's")
        answer = self._api.look_up("GET", f"/{self._access.version}/{file.ref}")
        address = answer.fields.get("url")
        if answer.status != 200 or not isinstance(address, str):
            raise Unavailable(f"Meta answered {answer.status} and does not tell where the file is")
        headers = {"Authorization": f"Bearer {self._access.access_token}"}
        found = fetch(address, headers=headers, max_bytes=most_bytes, loopback=self._access.loopback)
        return Media(found.content, found.media_type or file.media_type)

    def written_for(self, user_id: str) -> str:
        """The number in digits alone; ids that hide one are as they are."""
        return user_id.lstrip("+")

    def check(self) -> Iterator[str]:
        """Ask for the number; say what it is. Raises Conflict or Unavailable for what is wrong."""
        query = {"fields": "display_phone_number,verified_name,quality_rating"}
        path = f"/{self._access.version}/{self._access.phone_number_id}"
        answer = self._api.look_up("GET", path, query=query)
        if answer.status in {400, 401, 403, 404}:
            raise Conflict(
                "Meta does not accept META_ACCESS_TOKEN for META_PHONE_NUMBER_ID: make a token of a system user that"
                f" may use it ({_error(answer).get('code') or answer.status})"
            )
        if answer.status != 200:
            raise Unavailable(f"Meta answered {answer.status}")
        known = answer.fields
        yield f"the number is {known.get('display_phone_number', '')}, {known.get('verified_name', '')}"
        if self._access.deliver_to is None:
            raise Conflict("set PUBLIC_BASE_URL: Meta has to know where it is to deliver")
        yield f"Meta is to deliver to {self._access.deliver_to}"

    def close(self) -> None:
        """Close its connections."""
        self._api.close()

    def _post(self, body: Mapping[str, Any]) -> Any:
        return self._api.ask("POST", f"/{self._access.version}/{self._access.phone_number_id}/messages", json=body)

    def _read(self, answer: VendorAnswer) -> Delivery:
        sent = answer.fields.get("messages")
        if answer.status == 200 and isinstance(sent, list) and sent and isinstance(sent[0], dict):
            return Sent(str(sent[0].get("id")))
        error = _error(answer)
        code = str(error.get("code") or answer.status)
        if self.errors.get(code) is not Fault.RETRY and (answer.status >= 500 or answer.status < 400):
            return Uncertain(f"Meta answered {answer.status}")
        reason = f"Meta answered {answer.status}: {error.get('message') or 'no reason given'}"[:LONGEST_REASON]
        return read_fault(self.errors, code, reason, answer.retry_after)


def _query(incoming: Incoming) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(incoming.url).query).items()}


def _error(answer: VendorAnswer) -> dict[str, Any]:
    error = answer.fields.get("error")
    return error if isinstance(error, dict) else {}
