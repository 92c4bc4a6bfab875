"""LangSmith sees the calls of models where its key is set, and nothing otherwise."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cci_app.core.deadline import Deadline
from config.settings import ROOT
from tests.fakes.models import FakeModels, filled
from tests.fakes.serving import serving
from tests.llm.test_chat import REQUEST, models


@contextmanager
def langsmith() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A LangSmith that takes everything: its address, and the key and body of each request."""
    got: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"{}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["x-api-key"], body.decode(errors="replace")))
            self._answer(b"{}")

        do_PATCH = do_POST  # noqa: N815 (http.server's name)

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", got


@pytest.mark.parametrize("key", [None, "lsv2-fictional"])
def test_calls_are_traced_with_a_key_only(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    with langsmith() as (address, got), FakeModels([filled(colour="red", why="so")]) as fake:
        # What lies about in an environment switches nothing on.
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", address)
        monkeypatch.setenv("LANGSMITH_API_KEY", "stray")
        ours = models(fake, langsmith_api_key=key, langsmith_endpoint=address, model_seconds=5)
        chat = ours.chain(["openai:gpt-4o"])
        assert chat is not None
        chat.ask(REQUEST, lambda colour: colour, Deadline.after(10))
        ours.close()
    if key is None:
        assert got == []
    else:
        assert {each for each, _ in got} == {key}
        assert any("a red house" in body for _, body in got)


def test_offline_loads_no_package_of_a_model_nor_of_papers() -> None:
    script = (
        "import sys\n"
        "from cci_app import create_app\n"
        "from cci_app.llm.chains import ChatModels\n"
        "from config.settings import Settings\n"
        "create_app(Settings())\n"
        "assert ChatModels(Settings()).chain(Settings().default_models) is None\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "unwanted = {'langchain', 'langchain_core', 'langsmith', 'openai', 'anthropic', 'google.genai', 'httpx2',"
        " 'fpdf', 'fontTools'}\n"
        "assert not unwanted & loaded, unwanted & loaded"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, env={"PATH": "/usr/bin:/bin"})
