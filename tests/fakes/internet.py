"""A pretended internet: names that resolve as the corpus says, one public web site, and a canary everywhere else.

It stands below the product's own code, in place of the system's resolver and of connecting, and above nothing: whatever
would be connected to outside of the public site is counted by a real listener.
"""

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import trustme

from tests.fakes.addresses import NAMES, PUBLIC
from tests.fakes.serving import POLL_SECONDS

_LOOPBACK = "127.0.0.1"
_PAGE = b"<html><title>Site</title><body><h1>Site</h1><p>Nous suivons les visas de vos salaries.</p></body></html>"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the servers of a pretended internet listen, and the file that has its certificate authority."""

    canary_port: int
    site_port: int
    authority: str

    @contextmanager
    def pretended(self) -> Iterator[None]:
        """In this process, resolve and connect on the pretended internet instead of the real one."""
        asked: Counter[str] = Counter()
        resolve_really, connect_really = socket.getaddrinfo, socket.create_connection

        def resolve(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            answers = NAMES.get(str(host).lower().rstrip("."))
            if answers is None:
                return resolve_really(host, port, *args, **options)
            asked[host] += 1
            addresses = answers[min(asked[host], len(answers)) - 1]
            return [entry for address in addresses for entry in resolve_really(address, port, *args, **options)]

        def connect(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
            options.pop("source_address", None)
            port = self.site_port if address[0] == PUBLIC else self.canary_port
            return connect_really((_LOOPBACK, port), *args, **options)

        with patch("socket.getaddrinfo", resolve), patch("socket.create_connection", connect):
            yield


class Internet:
    """The servers, as a context."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._canary = socket.create_server((_LOOPBACK, 0))
        self._site = _Server((_LOOPBACK, 0), _Site)
        self.pages = self._site.pages
        self._hits = 0
        self._ended = threading.Event()

    def asked(self, path: str) -> int:
        """How often the site was asked for that path."""
        return self._site.asked[path]

    @property
    def hits(self) -> int:
        """How many connections the canary has seen."""
        return self._hits

    def __enter__(self) -> Self:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("*.example.org", _LOOPBACK, "*.dns.example.org").configure_cert(context)
        file = self._folder / "authority.pem"
        authority.cert_pem.write_to_path(str(file))
        self._site.socket = context.wrap_socket(self._site.socket, server_side=True, do_handshake_on_connect=False)
        self._site.daemon_threads = True
        self.place = Place(self._canary.getsockname()[1], self._site.server_address[1], str(file))
        threading.Thread(target=self._site.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._site.shutdown()
        self._site.server_close()
        self._canary.close()

    def _watch(self) -> None:
        self._canary.settimeout(0.2)
        while not self._ended.is_set():
            try:
                connection, _ = self._canary.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._hits += 1
            connection.close()


class _Server(ThreadingHTTPServer):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.pages: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients hang up."""


class _Site(BaseHTTPRequestHandler):
    """`/to?u=` redirects to wherever it is told; any other address is a page, unless there is a chosen first one."""

    server: _Server

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.server.asked[asked.path] += 1
        target = parse_qs(asked.query).get("u", [""])[0]
        robots = asked.path == "/robots.txt"
        page = self.server.pages.get(self.path, None if robots or "/" in self.server.pages else _PAGE)
        self.send_response(302 if target else 404 if page is None else 200)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Type", "text/plain" if robots else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
