"""A Telegram bot: messages with buttons, commands, and files of up to 20 MB.

The bot's token is part of every address: no address of Telegram's is ever told or logged.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cci_app.channels.markup import TELEGRAM as MARKUP
from cci_app.channels.markup import marked_up
from cci_app.channels.message import (
    Address,
    Audio,
    Brought,
    Buttons,
    Choices,
    File,
    Image,
    Link,
    Location,
    Part,
    Template,
    Text,
    Video,
)
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
from cci_app.channels.reading import nearby_alone, same
from cci_app.channels.telegram.wire import TELEGRAM, UPDATES, callback_of, read_update
from cci_app.channels.vendor import LONGEST_REASON, Vendor, VendorAnswer
from cci_app.core.errors import Conflict, InvalidInput, Unavailable

TEXT_LENGTH = 4096
_CAPTION_LENGTH = 1024
_OPERATIONS: tuple[tuple[type[File], str, str], ...] = (
    (Image, "sendPhoto", "photo"),
    (Audio, "sendVoice", "voice"),
    (Video, "sendVideo", "video"),
    (File, "sendDocument", "document"),
)


class Telegram:
    """One bot; without its token it takes and sends nothing."""

    kind = TELEGRAM
    # By Telegram's error_code; 403 is a person who blocked the bot.
    errors: Mapping[str, Fault] = {
        **dict.fromkeys(("401", "404"), Fault.STOP_ACCOUNT),
        "429": Fault.RETRY,
    }

    def __init__(
        self,
        token: str = "",
        secret: str | None = None,
        base_url: str = "https://api.telegram.org",
        *,
        deliver_to: str | None = None,
    ) -> None:
        self.limits = Limits(
            text_length=TEXT_LENGTH,
            caption_length=_CAPTION_LENGTH,
            buttons=3,
            choices=10,
            listener=False,
            pushes=bool(token),
        )
        self._secret, self._token, self._deliver_to = secret, token, deliver_to
        self._api = Vendor("Telegram", base_url)

    def verify(self, incoming: Incoming) -> bool:
        """Whether it carries the secret that Telegram was given with our address."""
        if not self._token:
            return False
        given = incoming.header("X-Telegram-Bot-Api-Secret-Token")
        return same(given, self._secret or "") or nearby_alone(incoming, self._secret)

    def parse(self, incoming: Incoming) -> Sequence[Brought]:
        """The event in an update."""
        return read_update(incoming)

    def render(self, reply: Reply) -> Rendered:  # noqa: ARG002 (nobody waits for it)
        """An acknowledgement."""
        return Rendered(b"", TEXT_TYPE)

    def send(self, part: Part, address: Address, key: str) -> Delivery:  # noqa: ARG002 (it knows no idempotency)
        """Send one part."""
        if not self.limits.pushes:
            return Refused("no_token", "there is no token of this bot")
        operation, message = _message(part)
        answer = self._call(operation, {"chat_id": address.to, **message})
        if isinstance(answer, VendorAnswer) and "can't parse entities" in _description(answer):
            # It was refused as a whole, and is sent as it was written.
            plain = {**message, "text": part.plain}
            plain.pop("parse_mode", None)
            answer = self._call(operation, {"chat_id": address.to, **plain})
        return self._read(answer) if isinstance(answer, VendorAnswer) else answer

    def typing(self, address: Address, event_id: str | None) -> None:
        """Show that somebody types, and that a press was heard."""
        if not self.limits.pushes:
            return
        if pressed := callback_of(event_id):
            self._call("answerCallbackQuery", {"callback_query_id": pressed})
        self._call("sendChatAction", {"chat_id": address.to, "action": "typing"})

    def download(self, file: File, most_bytes: int) -> Media:
        """Fetch a file by its id."""
        found = self._look_up("getFile", {"file_id": file.ref})
        path = found.get("file_path")
        if not isinstance(path, str) or ".." in path:
            raise InvalidInput("Telegram does not give this file: it is larger than 20 MB, or gone")
        if isinstance(found.get("file_size"), int) and found["file_size"] > most_bytes:
            raise InvalidInput(f"the file is larger than {most_bytes:,} bytes")
        answer = self._api.look_up("GET", f"/file/bot{self._token}/{path}", most_bytes=most_bytes)
        if answer.status != 200:
            raise Unavailable(f"Telegram answered {answer.status} and gives no file")
        return Media(answer.body, file.media_type)

    def check(self) -> Iterator[str]:
        """Ask for the bot, and have Telegram deliver to us where it does not; say how it stands."""
        bot = self._look_up("getMe", {})
        yield f"the token is of the bot @{bot.get('username', '')}"
        if self._deliver_to is None:
            raise Conflict("set PUBLIC_BASE_URL: Telegram has to know where it is to deliver")
        state = self._look_up("getWebhookInfo", {})
        if state.get("url") != self._deliver_to or not set(UPDATES) <= set(state.get("allowed_updates") or ()):
            asked: dict[str, Any] = {"url": self._deliver_to, "allowed_updates": [*UPDATES]}
            if self._secret:
                asked["secret_token"] = self._secret
            self._look_up("setWebhook", asked)
        yield f"Telegram delivers to {self._deliver_to}"
        failure = state.get("last_error_message") if state.get("pending_update_count") else None
        if failure and state.get("url") == self._deliver_to:
            raise Conflict(f"Telegram could not deliver: {failure}"[:LONGEST_REASON])

    def close(self) -> None:
        """Close its connections."""
        self._api.close()

    def _call(self, operation: str, body: Mapping[str, Any]) -> Any:
        return self._api.ask("POST", f"/bot{self._token}/{operation}", json=body)

    def _look_up(self, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The result of an operation; empty where it is no object. Raises CciError."""
        answer = self._api.look_up("POST", f"/bot{self._token}/{operation}", json=body)
        if answer.status in {401, 404}:
            raise Conflict("Telegram does not accept TELEGRAM_BOT_TOKEN: take it anew from @BotFather")
        if answer.status >= 500:
            raise Unavailable(f"Telegram answered {answer.status}")
        if not answer.fields.get("ok"):
            raise InvalidInput(f"Telegram answered {answer.status}: {_description(answer)}"[:LONGEST_REASON])
        result = answer.fields.get("result")
        return result if isinstance(result, dict) else {}

    def _read(self, answer: VendorAnswer) -> Delivery:
        body = answer.fields
        result = body.get("result")
        if body.get("ok") is True and isinstance(result, dict):
            return Sent(str(result.get("message_id")))
        if answer.status >= 500 or "ok" not in body:
            return Uncertain(f"Telegram answered {answer.status}")
        parameters = body.get("parameters")
        after = parameters.get("retry_after") if isinstance(parameters, dict) else None
        reason = f"Telegram answered {answer.status}: {_description(answer)}"[:LONGEST_REASON]
        code = str(body.get("error_code") or answer.status)
        return read_fault(self.errors, code, reason, float(after) if isinstance(after, int) else answer.retry_after)


def _description(answer: VendorAnswer) -> str:
    return str(answer.fields.get("description", "no reason given"))


def _message(part: Part) -> tuple[str, dict[str, Any]]:
    """The operation that sends a part, and what it takes."""
    if isinstance(part, File) and part.url:
        operation, name = next((each, name) for kind, each, name in _OPERATIONS if isinstance(part, kind))
        caption = marked_up(part.caption[:_CAPTION_LENGTH], MARKUP)
        return operation, {name: part.url, "caption": caption, "parse_mode": "HTML"}
    if isinstance(part, Location) and part.latitude is not None and part.longitude is not None:
        return "sendLocation", {"latitude": part.latitude, "longitude": part.longitude}
    text, rows = part.plain, []
    if isinstance(part, Buttons):
        text, rows = part.text, [_pressable(number, one.title) for number, one in enumerate(part.buttons, start=1)]
    elif isinstance(part, Choices):
        described = any(choice.description for choice in part.choices)
        text = part.plain if described else part.text
        rows = [_pressable(number, one.title) for number, one in enumerate(part.choices, start=1)]
    elif isinstance(part, Link):
        text, rows = part.text, [{"text": part.label, "url": part.url}]
    elif isinstance(part, Text | Template):
        text = part.text
    message: dict[str, Any] = {"text": marked_up(text, MARKUP), "parse_mode": "HTML"}
    if rows:
        message["reply_markup"] = {"inline_keyboard": [[row] for row in rows]}
    return "sendMessage", message


def _pressable(number: int, title: str) -> dict[str, str]:
    # What comes back has 64 bytes of room: the number finds the title below the message that was pressed.
    return {"text": title, "callback_data": str(number)}
