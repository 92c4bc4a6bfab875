"""Examples for the API's description; a test holds each against its schema."""

from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

READY: dict[str, Any] = {
    "status": "ok",
    "checks": {
        "postgresql": {"status": "ok", "latency_ms": 1.2, "detail": None},
        "redis": {"status": "ok", "latency_ms": 0.4, "detail": None},
        "worker": {"status": "ok", "latency_ms": 0.3, "detail": None},
    },
}
DOWN: dict[str, Any] = {
    "status": "down",
    "checks": {
        **READY["checks"],
        "postgresql": {"status": "down", "latency_ms": None, "detail": "does not answer (OperationalError)"},
    },
}
METRICS: dict[str, Any] = {
    "hours": 24,
    "requests": 1,
    "replies": {"count": 1, "p50_ms": 12.0, "p95_ms": 12.0, "longest_ms": 12.0, "share_within_8s": 1.0},
    "endpoints": [
        {
            "endpoint": "/api/v1/whatsapp/message",
            "method": "POST",
            "requests": 1,
            "client_errors": 0,
            "server_errors": 0,
            "p50_ms": 12.0,
            "p95_ms": 12.0,
        }
    ],
}
PROMETHEUS = 'cci_http_requests_total{endpoint="/health",method="GET",status="200"} 1.0\n'
STATS: dict[str, Any] = {
    "users": 2,
    "users_today": 1,
    "conversations": 2,
    "conversations_completed": 1,
    "completion_rate": 0.5,
    "messages": 17,
    "messages_today": 3,
    "mean_messages": 8.5,
    "languages": {"fr": 1, "es": 1},
    "answers_by_question": {"1": 2, "2": 1},
    "handoffs_open": 0,
    "contacts": 41,
    "late_answers": 0,
    "failed_turns": 0,
    "not_logged": 0,
    "log_errors": 0,
    "jobs_open": 0,
    "model_calls": 14,
    "model_calls_failed": 1,
    "input_tokens": 14210,
    "output_tokens": 812,
    "model_costs": {"USD": 0.0431},
}
LATE_ANSWERS: dict[str, Any] = {
    "late_answers": [
        {
            "receipt_id": 4711,
            "assistant": "cci",
            "user_id": "+573001234567",
            "state": "uncertain",
            "reason": "the process that sent it ended before it knew",
            "attempts": 1,
            "received_at": "2026-01-15T10:00:00+00:00",
            "answered_at": "2026-01-15T10:00:15+00:00",
            "answer": "Bonjour Camille !",
        }
    ],
    "next": None,
}
OUTBOUND: dict[str, Any] = {
    "messages": [
        {
            "id": 12,
            "receipt_id": 4711,
            "assistant": "cci",
            "user_id": "+573001234567",
            "reason": "late",
            "via": "push",
            "channel": "manychat",
            "state": "sent",
            "attempts": 1,
            "not_before": "2026-01-15T10:00:15+00:00",
            "created_at": "2026-01-15T10:00:15+00:00",
            "error_code": None,
            "error": None,
            "part": {"kind": "text", "version": 1, "text": "Bonjour Camille !"},
            "text": "Bonjour Camille !",
        }
    ],
    "next": None,
}
DRY_RUN: dict[str, Any] = {
    "sheet": "Contactos",
    "columns": {"Empresa": "company", "Celular": "phone"},
    "sheets": [{"sheet": "Contactos", "contacts": 240, "columns": {"Empresa": "company", "Celular": "phone"}}],
    "sheets_passed_over": [{"sheet": "Notas", "reason": "it has no column with phone numbers"}],
    "contacts": 2,
    "added": 1,
    "changed": 1,
    "removed": 0,
    "unchanged": 0,
    "erased": 0,
    "bad_rows": [{"row": 3, "reason": "the phone has no digits"}],
    "bad_rows_count": 1,
    "repeated_rows": [],
    "repeated_rows_count": 0,
    "examples": {
        "added": [{"row": 2, "phone": "+573001234567", "name": "Camille Durand", "company": "Vinos del Valle SAS"}],
        "changed": [{"row": 4, "phone": "+573000000001", "name": None, "company": "Otra SAS", "changed": ["company"]}],
        "removed": [],
    },
}
JOB: dict[str, Any] = {
    "id": "3f0c6f4e-3f5b-4a43-9d52-7b1d0c2c1e5a",
    "kind": "contacts.reload",
    "state": "done",
    "rows_done": 2,
    "rows": 2,
    "result": {name: value for name, value in DRY_RUN.items() if name != "examples"},
    "reason": None,
    "created_at": "2026-01-15T14:03:20.123456+00:00",
    "started_at": "2026-01-15T14:03:20.300000+00:00",
    "finished_at": "2026-01-15T14:03:21.500000+00:00",
}
QUEUED: dict[str, Any] = {
    **JOB,
    "state": "queued",
    "rows_done": 0,
    "rows": None,
    "result": None,
    "started_at": None,
    "finished_at": None,
}
