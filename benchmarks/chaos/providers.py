"""A fake model and a fake Manychat on loopback, which remember what they were asked and sent."""

import json
import random
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from cci_app.embedded.processes import LOOPBACK

# What the model thinks about for longer than about the rest.
SLOW, SLOW_SECONDS = "[slow.", 3.0
MARKER = re.compile(r"\[[a-z0-9.-]+\]")


class Providers:
    """Both of them, for the length of a context.

    `seconds` is how long the model thinks, up to a share of `spread` less; `asked` counts its answers by text, `counts`
    is the agent's store; `pushed` has, by marker, the moments and texts of what Manychat was sent.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.spread = 0.0
        self.asked: Counter[str] = Counter()
        self.counts: dict[str, int] = defaultdict(int)
        self.pushed: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self._lock = threading.Lock()
        self._model = _serve({"/answer": self._answer, "/count": self._count})
        self._manychat = _serve({"/fb/sending/sendContent": self._send})

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables that send the product to them."""
        return {
            "AGENT_HANDLER": "tests.fakes.agent",
            "FAKE_MODEL_URL": _address(self._model),
            "MANYCHAT_API_KEY": "4711:fictional",
            "MANYCHAT_BASE_URL": _address(self._manychat),
        }

    def __enter__(self) -> Self:
        for server in (self._model, self._manychat):
            threading.Thread(target=server.serve_forever, name="provider", daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for server in (self._model, self._manychat):
            server.shutdown()
            server.server_close()

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.asked[question["text"]] += 1
            number, count = self.asked[question["text"]], self.counts[question["user_id"]]
        seconds = SLOW_SECONDS if SLOW in question["text"] else self.seconds
        time.sleep(seconds * (1 - self.spread * random.Random(question["text"]).random()))
        return {"answer": f"answer {number} to {question['text']}", "count": count}

    def _count(self, told: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.counts[told["user_id"]] = told["count"]
        return {}

    def _send(self, sent: dict[str, Any]) -> dict[str, Any]:
        text = "\n".join(message["text"] for message in sent["data"]["content"]["messages"])
        with self._lock:
            for marker in MARKER.findall(text):
                self.pushed[marker].append((time.monotonic(), text))
        return {"status": "success"}


Answers = dict[str, Callable[[dict[str, Any]], dict[str, Any]]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that was killed is what this is about."""


def _serve(answers: Answers) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without it the kernel holds the body back until the headers are acknowledged.
        disable_nagle_algorithm: ClassVar[bool] = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = json.dumps(answers[self.path](json.loads(body))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return _Server((LOOPBACK, 0), Handler)


def _address(server: ThreadingHTTPServer) -> str:
    return f"http://{LOOPBACK}:{server.server_address[1]}"
