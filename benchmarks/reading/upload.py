"""Documents sent to the running product, and what it then has of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.product import Product

_DOCUMENTS = "/api/v1/knowledge/documents"
_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What the product made of a document: the text of its passages, whether it warns, and who read it."""

    text: str
    warned: bool
    readers: str


def uploaded(paths: Sequence[Path]) -> dict[Path, Sent]:
    """Send every document and wait until all are read."""
    with Product() as product, httpx.Client(base_url=product.address, headers={"X-API-Key": product.key}) as web:
        ids = {}
        for path in paths:
            files = {"file": (path.name, path.read_bytes())}
            answer = web.post(_DOCUMENTS, files=files, timeout=60)
            answer.raise_for_status()
            ids[path] = answer.json()["id"]
        found = {}
        end = time.monotonic() + _SECONDS
        for path, number in ids.items():
            while (document := web.get(f"{_DOCUMENTS}/{number}").json())["status"] in {"pending", "processing"}:
                if time.monotonic() > end:
                    break
                time.sleep(0.1)
            report = document["report"] or {"readers": {}}
            said = bool(document["warnings"]) or document["status"] != "ready"
            readers = ", ".join(sorted(report["readers"])) or (document["reason"] or {}).get("code", document["status"])
            found[path] = Sent(_passages(product, number, document["title"]), said, readers)
        return found


def _passages(product: Product, number: int, title: str) -> str:
    rows = product.rows(f"SELECT heading, text FROM knowledge_chunks WHERE document_id = {number:d} ORDER BY position")
    return "\n".join([title, *(f"{row['heading'] or ''}\n{row['text']}" for row in rows)])
