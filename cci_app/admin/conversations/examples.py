"""Conversations as the API's description shows them."""

from typing import Any

HEAD: dict[str, Any] = {
    "conversation_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "assistant": "cci",
    "user_id": "+573001234567",
    "contact_name": "Camille Durand",
    "company": "Café Uno SAS",
    "language": "fr",
    "state": "in_progress",
    "mode": "bot",
    "started_at": "2026-01-15T17:00:00+00:00",
    "last_message_at": "2026-01-15T17:04:12+00:00",
    "current_question": 3,
    "questions_answered": 2,
    "unanswered": False,
    "late": False,
}
FOUND: dict[str, Any] = {
    "conversations": [
        {
            **HEAD,
            "messages": 6,
            "message": "Comment obtenir un visa pour un salarié ?",
            "reply": "Nous suivons les visas de vos salariés.",
        }
    ],
    "next": None,
    "count": 1,
}
READ: dict[str, Any] = {
    **HEAD,
    "completed_at": None,
    "ended_at": None,
    "ended_reason": None,
    "messages_count": 6,
    "answers": [
        {
            "question": 1,
            "text": "Oui, j'ai accédé à l'espace membre",
            "status": "answered",
            "asked_at": "2026-01-15T17:00:01+00:00",
            "answered_at": "2026-01-15T17:00:40+00:00",
        }
    ],
    "messages": [
        {
            "id": 4711,
            "event_id": 5012,
            "kind": "message",
            "user_message": "Comment obtenir un visa pour un salarié ?",
            "agent_response": "Nous suivons les visas de vos salariés.",
            "current_question": 3,
            "agent": "questionnaire",
            "language": "fr",
            "channel": "manychat",
            "sources": [{"document_id": 7, "title": "Guide des services", "page": 3}],
            "late": False,
            "held": False,
            "failed": False,
            "withheld": False,
            "at": "2026-01-15T17:04:12+00:00",
            "response_time_ms": 640,
            "route": {"agent": "questionnaire", "confidence": 1.0, "why": "the first agent"},
            "stages_ms": {"agent": 512.4},
            "model_calls": [],
            "outbound": [],
        }
    ],
    "earlier": None,
}
