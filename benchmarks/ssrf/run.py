"""S5: every address of the corpus, to every place that fetches one; the canary counts what arrives inside."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from unittest.mock import patch

import httpx

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import say, wait_for
from benchmarks.product import Product
from cci_app.contacts.source import fetch as fetch_workbook
from cci_app.core.errors import CciError
from cci_app.core.outbound import addresses, transport
from cci_app.embedded import processes
from tests.fakes.addresses import ADDRESSES, SITE
from tests.fakes.internet import Internet

_WORKER = ("celery", "-A", "benchmarks.ssrf.worker:celery", "worker")
_SECONDS = 180.0
_GOAL = 80
# A job that waits for a second attempt has been at the canary already.
_UNDONE = "SELECT count(*) AS left FROM jobs WHERE kind LIKE 'knowledge.%' AND (attempts = 0 OR state = 'running')"


def figures(product: Product) -> list[Figure]:
    """One figure over three places: a document's address, a site and its links, the address of the workbook."""
    say(f"S5: {len(ADDRESSES)} addresses")
    with Internet(product.folder) as internet:
        # A page of links, for the crawl; the rest of the site is as it is without it.
        links = "".join(f'<a href="{html.escape(address)}">a</a>' for address in ADDRESSES)
        internet.pages["/links"] = f"<!doctype html><title>Links</title><body><p>Links.</p>{links}".encode()
        for name in ("worker", "jobs"):
            processes.stop(product.processes[name], grace=20)
        sent, faults = _everywhere(product, internet, unguarded=False)
        hits = internet.hits
        _, _ = _everywhere(product, internet, unguarded=True)
        control = internet.hits - hits
    return [
        Figure(
            "S5",
            f"{len(ADDRESSES)} addresses to every place that fetches, {sent} in all",
            "0 hits on a canary",
            f"{hits} hits",
            f"without the guard: {control} hits",
            hits == 0 and control > 0 and len(ADDRESSES) >= _GOAL and not faults,
            faults,
        )
    ]


def _everywhere(product: Product, internet: Internet, *, unguarded: bool) -> tuple[int, list[str]]:
    """How many addresses were sent, and what went wrong with it."""
    place = internet.place
    world = {
        **product.environment("worker"),
        "CANARY_PORT": str(place.canary_port),
        "SITE_PORT": str(place.site_port),
        "SSL_CERT_FILE": place.authority,
        **({"UNGUARDED": "yes"} if unguarded else {}),
    }
    faults: list[str] = []
    sent = 0
    product.execute("DELETE FROM jobs", "DELETE FROM knowledge_documents WHERE origin <> 'folder'")
    with (
        product.part("unguarded" if unguarded else "guarded", _WORKER, world),
        httpx.Client(base_url=product.address, headers={"X-API-Key": product.key}, timeout=60) as client,
    ):
        for path in ("/api/v1/knowledge/documents", "/api/v1/knowledge/crawls"):
            for address in (*ADDRESSES, f"https://{SITE}/links"):
                status = _ask(client, path, address)
                sent += 1
                if status not in {200, 202, 422}:
                    faults.append(f"{path} {address}: {status}")
        if not wait_for(lambda: product.rows(_UNDONE)[0]["left"] == 0, _SECONDS):
            faults.append(f"{product.rows(_UNDONE)[0]['left']} jobs were not done within {_SECONDS:.0f} s")
    with _pretending(internet, unguarded):
        for address in ADDRESSES:
            sent += 1
            try:
                fetch_workbook(address, max_bytes=1_000_000)
            except CciError:
                continue
    return sent, faults


def _ask(client: httpx.Client, path: str, address: str) -> int:
    """The status of the answer; where too many of an organisation's jobs are open, once there is room."""
    statuses: list[int] = []

    def taken() -> bool:
        statuses.append(client.post(path, json={"url": address}).status_code)
        return statuses[-1] != HTTPStatus.TOO_MANY_REQUESTS

    wait_for(taken, _SECONDS)
    return statuses[-1]


@contextmanager
def _pretending(internet: Internet, unguarded: bool) -> Iterator[None]:
    """This process on the pretended internet."""
    context = httpx.create_ssl_context()
    context.load_verify_locations(internet.place.authority)
    with internet.place.pretended(), patch.object(transport, "_ssl_context", lambda: context):
        if unguarded:
            with patch.object(addresses, "is_public", lambda _: True):
                yield
        else:
            yield
