"""Trials as the API's description shows them."""

from typing import Any

OFFER: dict[str, Any] = {"assistant": "cci"}
BEGUN: dict[str, Any] = {"assistant": "cci", "trial_id": "trial:m7.k3J9xQ2bL0aVd5Yw:+573001234567"}
WORDS: dict[str, Any] = {"text": "Comment obtenir un visa pour un salarié ?"}
MESSAGE: dict[str, Any] = {
    "id": 5012,
    "at": "2026-01-15T17:04:12+00:00",
    "user_message": "Comment obtenir un visa pour un salarié ?",
    "parts": [{"kind": "text", "version": 1, "text": "Nous suivons les visas de vos salariés."}],
    "agent_response": "Nous suivons les visas de vos salariés.",
    "waiting": False,
    "held": False,
    "late": False,
    "failed": False,
    "language": "fr",
    "agent": "questionnaire",
    "intent": "question",
    "current_question": 1,
    "response_time_ms": 23,
    "route": {"agent": "questionnaire", "confidence": 1.0, "why": "the only agent"},
    "sources": [{"document_id": 7, "title": "Guide des services", "page": 3}],
    "stages_ms": {"agent": 12.4},
    "model_calls": [],
}
TRIAL: dict[str, Any] = {
    **BEGUN,
    "title": "CCI France Colombia",
    "version": 1,
    "known_as": "+573001234567",
    "contact_name": "Camille Durand",
    "company": "Café Uno SAS",
    "questions": 7,
    "exists": True,
    "current_question": 1,
    "questions_answered": 0,
    "completed": False,
    "language": "fr",
    "messages": [MESSAGE],
}
TRIALS: dict[str, Any] = {
    "trials": [
        {
            **BEGUN,
            "known_as": "+573001234567",
            "made_by": "m7",
            "messages": 6,
            "last_message_at": "2026-01-15T17:04:12+00:00",
        }
    ]
}
LINK_ORDER: dict[str, Any] = {**OFFER, "days": 7, "note": "Ana, board"}
LINK: dict[str, Any] = {
    "id": 12,
    "assistant": "cci",
    "version": None,
    "known_as": "+573001234567",
    "note": "Ana, board",
    "made_by": "camille@example.org",
    "created_at": "2026-01-15T17:00:00+00:00",
    "expires_at": "2026-01-22T17:00:00+00:00",
}
NEW_LINK: dict[str, Any] = {**LINK, "link": "https://assistant.example.org/try/link/made-up-token"}
REVOKED: dict[str, Any] = {"id": 12, "revoked": True}
GUEST_BEGUN: dict[str, Any] = {"assistant": "cci", "trial_id": "k3J9xQ2bL0aVd5Yw"}
GUEST_TRIAL: dict[str, Any] = {**TRIAL, **GUEST_BEGUN, "known_as": None}
_MADE: dict[str, Any] = {
    name: value
    for name, value in MESSAGE.items()
    if name not in {"id", "at", "user_message", "parts", "waiting", "held", "late"}
}
AGAIN_ORDER: dict[str, Any] = {"conversation_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "message_id": 4711}
AGAIN: dict[str, Any] = {
    "user_message": MESSAGE["user_message"],
    "at": MESSAGE["at"],
    "same_place": True,
    "old": {**_MADE, "agent_response": "Je n'ai pas cette information.", "sources": []},
    "new": _MADE,
}
