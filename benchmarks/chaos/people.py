"""People who write, each in sequence, many at once; their channel repeats what failed and some of what did not."""

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from benchmarks.chaos.providers import MARKER

# As Manychat: it hears an answer within that time, or not at all.
CHANNEL_SECONDS = 10.0
_RETRY_PAUSE = 0.2
_GIVES_UP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message; its marker is in its text, and so in every answer to it."""

    user_id: str
    marker: str

    @property
    def text(self) -> str:
        """What the person writes."""
        return f"Hola {self.marker}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request for a message brought, and when."""

    message: Message
    body: str
    at: float
    seconds: float

    @property
    def text(self) -> str:
        """What the person reads."""
        return str(json.loads(self.body)["response"])


class NotAccepted(Exception):  # noqa: N818
    """Nobody listened: the request was never accepted."""


class Failed(Exception):  # noqa: N818
    """The request was sent and brought no reply."""


@dataclass(slots=True)
class Channel:
    """Sends messages to a server and keeps what came back; `broken` counts accepted requests without a reply.

    `waits` has the seconds that each accepted request took, with a reply or without.
    """

    address: str
    key: str
    replies: list[Reply] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)

    def send(self, message: Message, message_id: str | None = None) -> Reply:
        """Send a message once. Raises NotAccepted or Failed."""
        # A marker in its brackets would be read as a placeholder that nobody filled in.
        own_id = message_id or message.marker.strip("[]")
        payload = {"user_id": message.user_id, "message": message.text, "message_id": own_id}
        payload["subscriber_id"] = message.user_id.lstrip("+")
        started = time.monotonic()
        try:
            body = self._post(json.dumps(payload))
        except Failed as failure:
            self.waits.append(time.monotonic() - started)
            self.broken[str(failure)] += 1
            raise
        self.waits.append(time.monotonic() - started)
        reply = Reply(message, body, time.monotonic(), time.monotonic() - started)
        self.replies.append(reply)
        for marker in MARKER.findall(reply.text):
            self.seen.setdefault(marker, reply.at)
        return reply

    def insist(self, message: Message) -> Reply | None:
        """Send a message until there is a reply; None when that takes too long."""
        limit = time.monotonic() + _GIVES_UP_SECONDS
        while time.monotonic() < limit:
            try:
                return self.send(message)
            except (NotAccepted, Failed):
                time.sleep(_RETRY_PAUSE)
        return None

    def _post(self, body: str) -> str:
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=CHANNEL_SECONDS)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json", "Connection": "close"}
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise NotAccepted(type(error).__name__) from error
        try:
            connection.request("POST", "/api/v1/whatsapp/message", body, headers)
            response = connection.getresponse()
            answer = response.read().decode()
        except (OSError, HTTPException) as error:
            raise Failed(type(error).__name__) from error
        finally:
            connection.close()
        if response.status == 503 and not response.headers.get("Retry-After", "").isdecimal():
            raise Failed("503 without Retry-After")
        if response.status != 200:
            raise Failed(str(response.status))
        return answer


class People:
    """Many people, each a thread: the next message after the reply to the last.

    `sent` has every message; `in_flight` those without a reply so far. A share of the messages is sent twice at once.
    """

    def __init__(
        self, channel: Channel, name: str, *, seed: int, people: int, messages: int, pause: float, doubled: float = 0.1
    ) -> None:
        self.channel = channel
        self.sent: list[Message] = []
        self.in_flight: dict[str, Message] = {}
        self.answered = 0
        self._plan = (messages, pause, doubled)
        self._done = threading.Event()
        first = 1_000_000 * (sum(name.encode()) % 90 + 10)
        self._threads = [
            threading.Thread(
                target=self._write,
                args=(f"+5730{first + number}", f"{name}.{number}", random.Random(f"{seed} {number}")),
            )
            for number in range(people)
        ]

    def start(self) -> None:
        """Let everybody begin."""
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def finish(self) -> None:
        """Let everybody end after the message they are at."""
        self._done.set()

    def join(self) -> None:
        """Wait until everybody has written everything."""
        for thread in self._threads:
            thread.join()

    @property
    def writing(self) -> bool:
        """Whether anybody still writes."""
        return any(thread.is_alive() for thread in self._threads)

    def _write(self, user_id: str, name: str, chance: random.Random) -> None:
        messages, pause, doubled = self._plan
        for number in range(messages):
            if self._done.wait(chance.uniform(0, 2 * pause)):
                return
            message = Message(user_id, f"[{name}.{number}]")
            self.sent.append(message)
            self.in_flight[message.marker] = message
            if chance.random() < doubled:
                threading.Thread(target=self._repeat, args=(message,), daemon=True).start()
            self.channel.insist(message)
            self.in_flight.pop(message.marker)
            self.answered += 1

    def _repeat(self, message: Message) -> None:
        """A channel's second delivery of the same event; nobody repeats it again."""
        try:
            self.channel.send(message)
        except (NotAccepted, Failed):
            return
