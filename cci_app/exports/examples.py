"""Examples for the API's description; a test holds each against its schema."""

from typing import Any

CONVERSATION: dict[str, Any] = {
    "user_id": "+573001234567",
    "company": "Vinos del Valle SAS",
    "contact_name": "Camille Durand",
    "started_at": "2026-01-15T09:03:20-05:00",
    "ended_at": "2026-01-15T09:14:02-05:00",
    "questions_answered": 1,
    "status": "in_progress",
    "language": "es",
    "answers": [
        {
            "question": 1,
            "text": "¿Ya pudo entrar a su espacio de miembros?",
            "answer": "Sí, ya entré",
            "status": "answered",
        },
    ],
    "other_answers": None,
    "messages": 3,
    "mean_response_ms": 1241,
    "p95_response_ms": 1966,
    "longest_response_ms": 1966,
    "share_within_8s": 1.0,
    "late_answers": 0,
    "assistant": "cci",
    "conversation_id": "c386bbc4-cd61-4e30-98f1-6adf91b7584a",
}
CSV = "\ufeffUsuario (WhatsApp);Empresa\n+573001234567;Vinos del Valle SAS\n"
WORKBOOK = "(an Excel workbook)"

ORDER: dict[str, Any] = {
    "start_date": "2026-01-01",
    "end_date": "2026-01-31",
    "format": "excel",
    "destination": "download",
}
JOB: dict[str, Any] = {
    "id": "3f0c6f4e-3f5b-4a43-9d52-7b1d0c2c1e5a",
    "state": "done",
    "format": "excel",
    "destination": "download",
    "filters": {"start_date": "2026-01-01", "end_date": "2026-01-31"},
    "schedule_id": None,
    "rows_done": 1,
    "rows": 1,
    "bytes": 14211,
    "delivered": None,
    "steps": [
        {"text": "reading the record", "at": "2026-02-01T11:00:00.300000+00:00"},
        {"text": "reading the messages", "at": "2026-02-01T11:00:00.350000+00:00"},
        {"text": "keeping the file", "at": "2026-02-01T11:00:00.400000+00:00"},
        {"text": "done", "at": "2026-02-01T11:00:00.500000+00:00"},
    ],
    "link": None,
    "download": "/api/v1/export/jobs/3f0c6f4e-3f5b-4a43-9d52-7b1d0c2c1e5a/download",
    "reason": None,
    "goes_on_at": None,
    "manifest": {
        "name": "conversations_2026-01-01_2026-01-31.xlsx",
        "filters": {"start_date": "2026-01-01", "end_date": "2026-01-31"},
        "rows": 1,
        "first_id": "c386bbc4-cd61-4e30-98f1-6adf91b7584a",
        "last_id": "c386bbc4-cd61-4e30-98f1-6adf91b7584a",
        "bytes": 14211,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "timezone": "America/Bogota",
        "days": {"2026-01-15": 1},
    },
    "created_at": "2026-02-01T11:00:00.123456+00:00",
    "started_at": "2026-02-01T11:00:00.250000+00:00",
    "finished_at": "2026-02-01T11:00:00.500000+00:00",
}
QUEUED: dict[str, Any] = {
    **JOB,
    "state": "queued",
    "rows_done": 0,
    "rows": None,
    "bytes": None,
    "steps": [],
    "download": None,
    "manifest": None,
    "started_at": None,
    "finished_at": None,
}
CANCELLED: dict[str, Any] = {**QUEUED, "state": "cancelled", "finished_at": JOB["finished_at"]}
RECONCILIATION: dict[str, Any] = {
    "job_id": JOB["id"],
    "same": False,
    "rows_then": 1,
    "rows_now": 0,
    "days": [{"day": "2026-01-15", "rows_then": 1, "rows_now": 0, "difference": "missing"}],
}
WEEKLY: dict[str, Any] = {
    "name": "Every Monday",
    "frequency": "weekly",
    "hour": 6,
    "weekday": 1,
    "month_day": 1,
    "format": "excel",
    "destination": "download",
    "filters": {"status": "completed"},
    "active": True,
}
SCHEDULE: dict[str, Any] = {
    **WEEKLY,
    "id": "8a2d5e0c-6a7c-4d3e-9b57-0f5f1f0a9c11",
    "next_run_at": "2026-02-02T11:00:00+00:00",
    "last_job_id": JOB["id"],
    "created_at": "2026-01-28T15:04:05.123456+00:00",
}
REMOVED: dict[str, Any] = {"id": SCHEDULE["id"], "removed": True}
