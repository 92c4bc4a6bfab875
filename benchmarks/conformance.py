"""The conformance scenarios of the Model Context Protocol, against our server and our client.

They come from npm (`@modelcontextprotocol/conformance`), with a Node that can run them; `npx` must be there. A scenario
for what the product does not offer (prompts, resources, sampling, a sign-in by OAuth) is not asked for.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from benchmarks.product import Product
from cci_app.tools.own.mcp import McpAddress, McpLink

_NPX: Final = ("npx", "--yes", "-p", "node@22", "-p", "@modelcontextprotocol/conformance@0.1.16", "conformance")
SERVER: Final = ("server-initialize", "ping", "tools-list", "dns-rebinding-protection")
CLIENT: Final = ("initialize", "tools_call", "sse-retry")
_SECONDS: Final = 120


def main() -> int:
    """Run all and print a table; 1 where a check failed, 2 where there is no `npx`."""
    if shutil.which(_NPX[0]) is None:
        print("npx is needed, which comes with Node: install it (Debian and Ubuntu: apt-get install npm).")
        return 2
    client = f"{sys.executable} -m benchmarks.conformance"
    rows = [("client", each, *_checked("client", "--command", client, "--scenario", each)) for each in CLIENT]
    with Product() as product, _proved(f"{product.address}/api/v1/mcp", product.key) as address:
        rows += [("server", each, *_checked("server", "--url", address, "--scenario", each)) for each in SERVER]
    print("| side | scenario | checks passed | checks failed |\n| --- | --- | --- | --- |")
    for side, scenario, passed, failed in rows:
        print(f"| {side} | {scenario} | {passed} | {', '.join(failed) or 0} |")
    return int(any(failed or not passed for _, _, passed, failed in rows))


def ask_every_tool(url: str) -> None:
    """Be the client of a scenario: list the tools of a server on loopback and call each."""
    link = McpLink(McpAddress(url.replace("localhost", "127.0.0.1"), None, loopback=True))
    for tool in link.tools(_SECONDS):
        numbers = dict.fromkeys(tool.arguments.get("properties", ()), 2)
        link.call(tool.name, numbers, _SECONDS, again=True)


def _checked(*words: str) -> tuple[int, list[str]]:
    """How many checks of a scenario passed, and the failed ones."""
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run((*_NPX, *words, "--output-dir", folder), timeout=_SECONDS, capture_output=True)
        checks = list(_checks(Path(folder)))
    if not checks:
        return 0, [ended.stderr.decode()[-200:]]
    failed = [each["id"] for each in checks if each["status"] == "FAILURE"]
    return sum(each["status"] == "SUCCESS" for each in checks), failed


def _checks(folder: Path) -> Iterable[dict[str, Any]]:
    for file in folder.rglob("checks.json"):
        yield from json.loads(file.read_text())


@contextmanager
def _proved(url: str, key: str) -> Iterator[str]:
    """An address that passes each request on with the key, for the scenarios know of none."""

    class Proxy(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = {name: value for name, value in self.headers.items() if name.lower() not in {"connection", "host"}}
            headers = {**kept, "Host": self.headers["Host"], "Authorization": f"Bearer {key}"}
            asked = urllib.request.Request(url, body or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(asked, timeout=_SECONDS) as told:
                    status, kind, words = told.status, told.headers["Content-Type"], told.read()
            except urllib.error.HTTPError as refused:
                status, kind, words = refused.code, refused.headers["Content-Type"], refused.read()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        do_GET = do_POST = do_DELETE = _pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}/mcp"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ask_every_tool(sys.argv[-1])
    else:
        sys.exit(main())
