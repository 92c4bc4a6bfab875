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
CSV = "\ufeffUsuario (WhatsApp),Empresa\n+573001234567,Vinos del Valle SAS\n"
WORKBOOK = "(an Excel workbook)"
