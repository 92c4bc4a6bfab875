"""Fake chat models on loopback: a server that speaks as OpenAI, Anthropic and Google do and answers as it is told.

The real clients speak to it over real sockets. It counts a token for every four characters that it is sent or sends,
names and schemas included: no tokenizer, but the same measure for everybody.
"""

import json
import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from cci_app.embedded.processes import LOOPBACK
from tests.fakes.serving import POLL_SECONDS

CHARACTERS_PER_TOKEN = 4
_TRICKLE_SECONDS = 0.1
_LONGEST_SECONDS = 120.0
_ERRORS = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
# What each vendor's clients know a prompt by that is too long for the model.
_TOO_LONG = {
    "openai": "This model's maximum context length is exceeded (context_length_exceeded)",
    "anthropic": "prompt is too long: 300000 tokens > 200000 maximum",
    "google_genai": "The input token count exceeds the maximum number of tokens allowed",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the server read it; `form` is the name of the tool that has to be called, `body` all of it."""

    provider: str
    model: str
    system: str
    user: str
    form: str | None
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does: `fields` in the tool's call, or `text`, or `raw` bytes, or an error `status`.

    `calls` are calls of tools by name, several at once, beside the text; `message` is the whole message of OpenAI's.
    `seconds` is how long it thinks; `hangs` never ends, and `trickles` sends a byte at a time, for ever.
    """

    fields: Mapping[str, Any] | None = None
    text: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    message: Mapping[str, Any] | None = None
    raw: bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    too_long: bool = False
    hangs: bool = False
    trickles: bool = False


def filled(**fields: Any) -> Reply:
    """The form filled in."""
    return Reply(fields=fields)


def calling(*calls: tuple[str, Mapping[str, Any]]) -> Reply:
    """A message that asks for tools."""
    return Reply(calls=calls)


RATE_LIMITED = Reply(status=429, headers={"Retry-After": "1"})
BROKEN = Reply(status=500)
GARBAGE = Reply(raw=b"<html>not what you wanted")
HANGS = Reply(hangs=True)
TRICKLES = Reply(trickles=True)
TOO_LONG = Reply(status=400, too_long=True)


class FakeModels:
    """The server, for the length of a context; `asked` are the requests in the order of their arrival.

    `answers` are replies to be given one after the other, or a function of the request. Replies that nobody asked for,
    and requests for which there was none, fail the context.
    """

    def __init__(self, answers: Iterable[Reply] | Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self._script = None if callable(answers) else deque(answers)
        self._answer = answers if callable(answers) else self._next
        self._unforeseen: list[Asked] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server((LOOPBACK, 0), _handler(self))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self._script, f"{len(self._script)} answers were not asked for"
            assert not self._unforeseen, f"nothing was foreseen for {[asked.user for asked in self._unforeseen]}"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that send the product to it, with fictional keys."""
        return {
            "openai_api_key": "sk-fictional",
            "openai_base_url": f"{self.address}/v1",
            "anthropic_auth_token": "token-fictional",
            "anthropic_base_url": self.address,
            "google_api_key": "google-fictional",
            "google_base_url": self.address,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same as environment variables."""
        return {name.upper(): value for name, value in self.settings.items()}

    def _next(self, asked: Asked) -> Reply:
        with self._lock:
            if self._script:
                return self._script.popleft()
            self._unforeseen.append(asked)
        return Reply(status=400)

    def reply(self, asked: Asked) -> Reply:
        """What to do with a request, once it has thought."""
        with self._lock:
            self.asked.append(asked)
        reply = self._answer(asked)
        if reply.seconds:
            self._closing.wait(reply.seconds)
        return reply

    def pause(self, seconds: float) -> bool:
        """Wait, unless the server is closing; whether it still serves."""
        return not self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that give up are what this is about."""


def _handler(models: FakeModels) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm: ClassVar[bool] = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            asked = read_request(self.path, raw, dict(self.headers.items()))
            reply = models.reply(asked)
            if reply.hangs:
                models.pause(_LONGEST_SECONDS)
                self.close_connection = True
                return
            content = reply.raw if reply.raw is not None else json.dumps(_body(asked, reply)).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json" if content[:1] in b"{[" else "text/html")
            self.send_header("Content-Length", str(len(content) + (10_000 if reply.trickles else 0)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            while reply.trickles and models.pause(_TRICKLE_SECONDS):
                self.wfile.write(b" ")
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def read_request(path: str, raw: bytes, headers: Mapping[str, str]) -> Asked:
    """Read a request of any of the three."""
    body: dict[str, Any] = json.loads(raw)
    tokens = tokens_of(raw.decode())
    tools = body.get("tools") or []
    if path.endswith("/chat/completions"):
        messages = body["messages"]
        form = tools[0]["function"]["name"] if tools else None
        system = messages[0]["content"] if messages[0]["role"] == "system" else ""
        return Asked("openai", body["model"], system, _text(messages[-1]["content"]), form, body, headers, tokens)
    if path.endswith("/v1/messages"):
        form = tools[0]["name"] if tools else None
        system, user = _text(body.get("system", "")), _text(body["messages"][-1]["content"])
        return Asked("anthropic", body["model"], system, user, form, body, headers, tokens)
    model = path.split("/models/")[1].partition(":")[0]
    form = tools[0]["functionDeclarations"][0]["name"] if tools else None
    system, user = _text(body.get("systemInstruction", "")), _text(body["contents"][-1])
    return Asked("google_genai", model, system, user, form, body, headers, tokens)


def tokens_of(text: str) -> int:
    """Tokens by the measure of this server."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content["parts"] if isinstance(content, dict) else content
    return "".join(part.get("text", "") for part in parts)


def _body(asked: Asked, reply: Reply) -> dict[str, Any]:
    bodies: dict[str, Callable[[Asked, Reply], dict[str, Any]]] = {
        "openai": _openai,
        "anthropic": _anthropic,
        "google_genai": _google,
    }
    return bodies[asked.provider](asked, reply)


def _written(reply: Reply) -> int:
    written = reply.fields or reply.calls or reply.message
    return tokens_of(reply.text if written is None or written == () else json.dumps(written))


def _message(asked: Asked, reply: Reply) -> str:
    return _TOO_LONG[asked.provider] if reply.too_long else f"a fictional error {reply.status}"


def _openai(asked: Asked, reply: Reply) -> dict[str, Any]:
    if reply.status != 200:
        code = "context_length_exceeded" if reply.too_long else None
        kind = _ERRORS.get(reply.status, "server_error")
        return {"error": {"message": _message(asked, reply), "type": kind, "param": None, "code": code}}
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.fields is not None:
        function = {"name": asked.form, "arguments": json.dumps(reply.fields)}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    if reply.calls:
        functions = [{"name": name, "arguments": json.dumps(arguments)} for name, arguments in reply.calls]
        message["tool_calls"] = [
            {"id": f"call_{len(asked.body['messages'])}_{number}", "type": "function", "function": function}
            for number, function in enumerate(functions)
        ]
    message = dict(reply.message or message)
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    usage = {"prompt_tokens": asked.tokens, "completion_tokens": _written(reply)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {**usage, "total_tokens": sum(usage.values())},
    }


def _anthropic(asked: Asked, reply: Reply) -> dict[str, Any]:
    if reply.status != 200:
        kind = _ERRORS.get(reply.status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": _message(asked, reply)}}
    content: dict[str, Any] = {"type": "text", "text": reply.text}
    if reply.fields is not None:
        content = {"type": "tool_use", "id": "toolu_1", "name": asked.form, "input": dict(reply.fields)}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [content],
        "stop_reason": "end_turn" if reply.fields is None else "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": asked.tokens, "output_tokens": _written(reply)},
    }


def _google(asked: Asked, reply: Reply) -> dict[str, Any]:
    if reply.status != 200:
        kind = {400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED"}.get(reply.status, "INTERNAL")
        return {"error": {"code": reply.status, "message": _message(asked, reply), "status": kind}}
    part: dict[str, Any] = {"text": reply.text}
    if reply.fields is not None:
        part = {"functionCall": {"name": asked.form, "args": dict(reply.fields)}}
    written = _written(reply)
    return {
        "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": asked.tokens,
            "candidatesTokenCount": written,
            "totalTokenCount": asked.tokens + written,
        },
        "modelVersion": asked.model,
    }
