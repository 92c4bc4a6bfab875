"""Whether the record holds what was sent: messages of naughty strings, compared with the rows of `conversations`."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.naughty import kept
from benchmarks.product import Product
from benchmarks.tally import Tally, send_all
from tests.fakes.wire import Attempt, Send

DRAIN_SECONDS = 120.0
_LONGEST = 4096
_PATH = "/api/v1/whatsapp/message"


@dataclass(frozen=True, slots=True)
class Message:
    """A text from a person of its own, as bytes on the wire, and what should be kept: None where it is refused."""

    user_id: str
    body: bytes
    kept: str | None


def messages(texts: Sequence[str], prefix: str) -> Iterator[Message]:
    """Each text as JSON: with escapes and, where it has bytes at all, as UTF-8 too."""
    for number, text in enumerate(texts):
        # Two surrogates that meet in an escaped JSON string are one character to everybody who reads it.
        escaped = json.dumps(text)
        forms = {"e": (escaped, json.loads(escaped)), "u": (json.dumps(text, ensure_ascii=False), text)}
        for form, (written, meant) in forms.items():
            if form == "u" and any("\ud800" <= letter <= "\udfff" for letter in text):
                continue
            user_id = f"{prefix}:{form}{number}"
            body = b'{"user_id": "%s", "message": %s}' % (user_id.encode(), written.encode())
            expected = kept(meant)
            refused = not expected.strip() or len(expected) > _LONGEST
            yield Message(user_id, body, None if refused else expected)


def send_messages(sent: Sequence[Message], send: Send, key: str) -> Tally:
    """Send all; a message that should be answered and is not, or the other way round, is a fault."""
    headers = (("X-API-Key", key.encode()), ("Content-Type", b"application/json"))
    tally = Tally()
    for wanted in (200, 422):
        chosen = [message for message in sent if (message.kept is None) == (wanted == 422)]
        attempts = [
            Attempt(f"message {m.user_id}", "POST", _PATH, headers, m.body, operation="message") for m in chosen
        ]
        tally.include(send_all(attempts, send, {"message": frozenset({wanted})}))
    return tally


def mismatches(product: Product, sent: Sequence[Message], prefix: str) -> list[str]:
    """After the drain: the messages whose text is not in the record as it should be."""
    _await_drain(product, prefix)
    rows = product.rows(
        "SELECT user_id, user_message FROM conversations WHERE user_id LIKE :prefix", prefix=f"{prefix}:%"
    )
    stored: dict[str, list[str]] = {}
    for row in rows:
        stored.setdefault(row["user_id"], []).append(row["user_message"])
    wrong = []
    for message in sent:
        expected = [] if message.kept is None else [message.kept]
        if stored.get(message.user_id, []) != expected:
            wrong.append(f"sent {message.body[:100]!r}, stored {str(stored.get(message.user_id))[:100]}")
    return wrong


def _await_drain(product: Product, prefix: str) -> None:
    """Wait until the worker has logged what was answered."""
    waiting = (
        "SELECT count(*) AS n FROM webhook_events"
        " WHERE user_id LIKE :prefix AND logged_at IS NULL AND log_error IS NULL"
    )
    deadline = time.monotonic() + DRAIN_SECONDS
    while product.rows(waiting, prefix=f"{prefix}:%")[0]["n"] and time.monotonic() < deadline:
        time.sleep(0.2)
