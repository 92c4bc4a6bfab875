"""Examples for the API's description; a test holds each against its schema."""

from typing import Any

URL: dict[str, Any] = {"url": "https://www.example.org/services", "language": "fr"}
TEXT: dict[str, Any] = {"title": "Horaires", "text": "La Chambre ouvre à 8 heures."}
CRAWL: dict[str, Any] = {"url": "https://www.example.org/", "depth": 2, "pages": 50, "language": "fr"}
CRAWL_JOB: dict[str, Any] = {
    "id": "3f0c6f4e-3f5b-4a43-9d52-7b1d0c2c1e5a",
    "kind": "knowledge.crawl",
    "state": "queued",
    "rows_done": 0,
    "rows": None,
    "result": None,
    "reason": None,
    "created_at": "2026-01-15T14:03:20.123456+00:00",
    "started_at": None,
    "finished_at": None,
}
DRIVE: dict[str, Any] = {"account": "facts"}
DRIVE_JOB: dict[str, Any] = {**CRAWL_JOB, "kind": "knowledge.read_drive"}
PENDING: dict[str, Any] = {
    "id": 7,
    "title": "guide-des-services.pdf",
    "status": "pending",
    "progress": 0,
    "reason": None,
    "warnings": [],
    "report": None,
    "origin": "upload",
    "source": "guide-des-services.pdf",
    "kind": "pdf",
    "language": None,
    "assistant": None,
    "pages": None,
    "passages": 0,
    "size_bytes": 48213,
    "created_at": "2026-01-15T14:03:20.123456+00:00",
    "indexed_at": None,
}
READY: dict[str, Any] = {
    **PENDING,
    "title": "Guide des services",
    "status": "ready",
    "progress": 100,
    "language": "fr",
    "assistant": None,
    "pages": 6,
    "passages": 16,
    "report": {"words": 1204, "readers": {"pdfium": 6}, "odd_letters": 0.0, "left_out": {"page_numbers": 18}},
    "indexed_at": "2026-01-15T14:03:21.500000+00:00",
}
LISTED: dict[str, Any] = {name: value for name, value in READY.items() if name != "report"}
DOCUMENTS: dict[str, Any] = {"documents": [LISTED], "next": None}
REMOVED: dict[str, Any] = {"id": 7, "removed": True}
SEARCH: dict[str, Any] = {"query": "délais d'un visa", "limit": 5, "language": "fr"}
RESULTS: dict[str, Any] = {
    "results": [
        {
            "document_id": 7,
            "title": "Guide des services",
            "heading": "Visas",
            "page": 4,
            "language": "fr",
            "text": "Nous suivons les visas de vos salariés.",
            "score": 0.82,
        }
    ]
}
PASSAGES: dict[str, Any] = {
    "document_id": 7,
    "title": "Guide des services",
    "passages": [
        {
            "id": 91,
            "position": 0,
            "page": 1,
            "heading": "Visas",
            "language": "fr",
            "text": "Nous suivons les visas de vos salariés.",
        }
    ],
    "next": None,
}
