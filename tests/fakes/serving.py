"""Servers on a free port of loopback that end when they are told to: others look twice a second whether they were."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

from pytest_httpserver import HTTPServer

POLL_SECONDS = 0.02


class LoopbackServer(HTTPServer):
    """A server that answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(host="127.0.0.1", port=0)

    def thread_target(self) -> None:
        """Serve until it is stopped."""
        assert self.server is not None
        self.server.serve_forever(poll_interval=POLL_SECONDS)


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Have it serve in a thread of its own."""
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
