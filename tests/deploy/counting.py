"""A WSGI application that tells how many bytes it was sent, or sends many."""

from collections.abc import Callable, Iterable
from typing import Any

MANY = 20_000_000


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the size of the body; at /many with twenty million bytes."""
    if environ["PATH_INFO"] == "/many":
        start_response("200 OK", [("Content-Length", str(MANY))])
        return (b"x" * 100_000 for _ in range(MANY // 100_000))
    size = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(size)))])
    return [size]
