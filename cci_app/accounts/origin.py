"""Whether a browser sent a request from a page of ours."""

from urllib.parse import urlsplit

from flask import Request, current_app

from cci_app.core.errors import Forbidden

READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A page of ours, or nobody's page: what a person does with the browser itself.
_OUR_SITES = frozenset({"same-origin", "none"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})


def refuse_other_sites(request: Request) -> None:
    """Raise Forbidden for what a page of somebody else makes a browser send.

    Every browser of today says with an unsafe method where it comes from, and cookies of ours are `SameSite=Lax`.
    Whatever says nothing is no browser, and has no cookies that a stranger's page could use.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if (site is not None and site not in _OUR_SITES) or (origin is not None and not is_ours(origin, request)):
        raise Forbidden("this came from a page of another site: open our own page and try there")


def is_ours(origin: str, request: Request) -> bool:
    """Only the host is compared: behind a proxy that ends TLS we do not know the scheme."""
    ours = {request.host}
    if public := current_app.config["SETTINGS"].public_url:
        ours.add(urlsplit(public).netloc)
    try:
        sent = urlsplit(origin)
    except ValueError:
        return False
    return sent.scheme in {"http", "https"} and sent.netloc in ours


def refuse_rebound_names(request: Request) -> None:
    """Raise Forbidden for a page whose own name was made to lead here (DNS rebinding), which the Host does not show.

    Ours are the public address and, beside it, names of this machine: the transports of the Model Context Protocol ask
    for this check of `Origin` (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports).
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    public = current_app.config["SETTINGS"].public_url
    named = bool(public) and _host(origin) == _host(public)
    if not named and not (is_ours(origin, request) and _host(origin).partition(":")[0] in _LOOPBACK):
        raise Forbidden("this came from a page of another site: a program that is no page sends no Origin")


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def our_origin(request: Request) -> str:
    """Where our pages are: as the settings say, else as the request does."""
    return current_app.config["SETTINGS"].public_url or request.host_url.rstrip("/")
