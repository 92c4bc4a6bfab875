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
    "labels": ["follow up"],
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
            "intent": "question",
            "stages_ms": {"agent": 512.4},
            "model_calls": [],
            "tool_calls": [],
            "outbound": [],
        }
    ],
    "earlier": None,
}
_STEPS: list[dict[str, Any]] = [
    {
        "kind": "model",
        "number": 1,
        "at": "2026-01-15T17:04:12+00:00",
        "duration_ms": 412,
        "purpose": "agent",
        "provider": "openai",
        "model": "gpt-4o",
        "outcome": "answered",
        "input_tokens": 640,
        "output_tokens": 22,
        "cost": "0.00182",
        "currency": "USD",
    },
    {
        "kind": "tool",
        "number": 1,
        "at": "2026-01-15T17:04:13+00:00",
        "duration_ms": 9,
        "tool": "rag_search",
        "type": "built_in",
        "status": "done",
        "arguments": {"question": "visa"},
        "result": "Nous suivons les visas de vos salariés.",
        "iteration": 1,
    },
]
TURN: dict[str, Any] = {
    **{name: value for name, value in READ["messages"][0].items() if name not in {"model_calls", "tool_calls"}},
    "conversation_id": HEAD["conversation_id"],
    "steps": _STEPS,
    "input_tokens": 640,
    "output_tokens": 22,
    "costs": [{"currency": "USD", "cost": "0.00182"}],
}
