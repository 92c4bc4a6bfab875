"""Figures as the API's description shows them."""

from typing import Any

from cci_app.admin.examples import JOB

OVERVIEW: dict[str, Any] = {
    "period": "week",
    "begin": "2026-01-09T00:00:00-05:00",
    "end": "2026-01-15T17:04:12+00:00",
    "zone": "America/Bogota",
    "messages": 412,
    "messages_before": 377,
    "people": 38,
    "people_before": 41,
    "share_within_8s": 1.0,
    "p50_ms": 310,
    "p95_ms": 1240,
    "late": 0,
    "series": [{"at": "2026-01-09T00:00:00-05:00", "messages": 61, "people": 9}],
    "conversations": 38,
    "states": {"completed": 21, "in_progress": 14, "abandoned": 3},
    "languages": {"es": 27, "fr": 11},
    "funnels": [
        {
            "assistant": "cci",
            "title": "CCI France Colombia",
            "conversations": 38,
            "completed": 21,
            "questions": [
                {"question": 1, "topic": "member area", "answered": 34, "vague": 1, "skipped": 1, "stopped": 2}
            ],
        }
    ],
    "desks": [
        {
            "assistant": "concierge",
            "title": "Accueil de la paroisse",
            "services": [
                {
                    "code": "CATECHESE",
                    "title": "Attestation de catéchèse",
                    "messages": 14,
                    "people": 6,
                    "failed": 0,
                    "mean_ms": 120,
                }
            ],
            "hours": [0] * 9 + [5, 9] + [0] * 13,
        }
    ],
    "concerns": {
        "messages_waiting": 0,
        "messages_failed": 0,
        "sends_waiting": 0,
        "sends_failed": 1,
        "sends_uncertain": 0,
        "handoffs_open": 2,
        "people_with_a_human": 1,
        "documents_failed": 0,
        "jobs_failed": 0,
        "jobs_open": 1,
    },
}
SYSTEM: dict[str, Any] = {
    "version": "1.0.0",
    "environment": "production",
    "status": "ok",
    "checks": {"postgresql": {"status": "ok", "latency_ms": 0.8, "detail": None}},
    "queues": {"turns": 0, "log": 0, "jobs": 1},
    "receipts_waiting": 0,
    "receipts_unlogged": 3,
    "oldest_receipt_seconds": None,
    "outbox": {"queued": 0, "sending": 0, "failed": 1, "uncertain": 0},
    "jobs": {"queued": 0, "running": 1},
}
JOBS: dict[str, Any] = {"jobs": [JOB], "next": None}
