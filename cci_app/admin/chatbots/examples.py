"""Examples for the API's description; a test holds each against its schema."""

from typing import Any

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
FIELDS: dict[str, Any] = {
    "title": "La Boulangerie de Chapinero",
    "persona": "You are Lucía, who serves at the counter of a small bakery.",
    "languages": ["es", "fr"],
    "tools": {"rag_search": None, "hand_to_human": None},
    "documents": [{"title": "Horarios", "language": "es", "text": "Abrimos de martes a domingo, de 7 a 18 h."}],
    "texts": {"greeting": {"es": "¡Hola! Soy Lucía.", "fr": "Bonjour, c'est Lucía."}},
}
ORDER: dict[str, Any] = {"name": "bakery", **FIELDS}
CHATBOT: dict[str, Any] = {
    "id": ID,
    "name": "bakery",
    "draft": FIELDS,
    "published": 1,
    "created_at": "2026-01-15T12:00:00+00:00",
    "updated_at": "2026-01-15T12:00:00+00:00",
}
VERSION: dict[str, Any] = {
    "version": 1,
    "serving": True,
    "content": FIELDS,
    "created_at": "2026-01-15T12:00:00+00:00",
}
PUBLISHED: dict[str, Any] = {"name": "bakery", "version": 1, "documents": [7]}
TRIAL: dict[str, Any] = {
    "reply": "Abrimos de martes a domingo, de 7 a 18 h.\n\nFuente: Horarios",
    "parts": [{"kind": "text", "version": 1, "text": "Abrimos de martes a domingo, de 7 a 18 h."}],
    "language": "es",
    "state": {},
    "handed_over": False,
    "sources": [{"document_id": 7, "title": "Horarios", "page": None}],
    "model_calls": [],
    "tool_calls": [],
}
TEMPLATE: dict[str, Any] = {
    "name": "faq",
    "title": {"es": "Preguntas frecuentes", "fr": "Questions fréquentes", "en": "Frequent questions"},
    "about": {
        "es": "Responde con sus documentos.",
        "fr": "Répond avec vos documents.",
        "en": "Answers from documents.",
    },
    "needs_model": False,
}
BEGUN: dict[str, Any] = {"name": "questions", "title": "La Boulangerie de Chapinero", "languages": ["es", "fr"]}
COMPARED: dict[str, Any] = {
    "differences": ["- temperature: 0.2", "+ temperature: 0.7"],
    "messages": [
        {
            "message": "¿A qué hora abren?",
            "one": {"reply": "De 7 a 18 h.", "handed_over": False, "tools": ["rag_search"], "tokens": 612},
            "other": {"reply": "Abrimos a las 7.", "handed_over": False, "tools": ["rag_search"], "tokens": 640},
        }
    ],
}
