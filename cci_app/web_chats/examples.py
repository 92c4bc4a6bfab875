"""Chats on the web as the API's description shows them."""

from typing import Any

ORDER: dict[str, Any] = {"origins": ["https://www.example.org"], "has_link": True}
WEB_CHAT: dict[str, Any] = {
    **ORDER,
    "assistant": "cci",
    "token": "Zq3J9xQ2bL0aVd5YwK7mRt",
    "created_at": "2026-01-15T17:00:00+00:00",
    "snippet": '<script src="https://assistant.example.org/chat.js" data-chat="Zq3J9xQ2bL0aVd5YwK7mRt" async></script>',
    "link": "https://assistant.example.org/chat/Zq3J9xQ2bL0aVd5YwK7mRt",
}
REMOVED: dict[str, Any] = {"assistant": "cci", "removed": True}
ABOUT: dict[str, Any] = {
    "title": "La Boulangerie",
    "languages": ["es", "fr"],
    "greeting": {"es": "¡Hola! ¿En qué le ayudo?", "fr": "Bonjour ! Que puis-je faire pour vous ?"},
}
VISIT: dict[str, Any] = {"visitor": "made-up-token"}
MESSAGE: dict[str, Any] = {"text": "¿A qué hora abren?", "message_id": "3f0a9c52-8d4e-4c11-9e57-0b6a2d7f8e10"}
THREAD: dict[str, Any] = {
    "tag": "0f8fad5bd9cb469fa165",
    "waiting": False,
    "messages": [
        {
            "id": "m5012",
            "by": "visitor",
            "at": "2026-01-15T17:04:12+00:00",
            "text": "¿A qué hora abren?",
            "files": [],
            "link": None,
            "choices": [],
        },
        {
            "id": "a5012",
            "by": "assistant",
            "at": "2026-01-15T17:04:13+00:00",
            "text": "Abrimos de martes a domingo, de 7 a 18 h.",
            "files": [],
            "link": None,
            "choices": [],
        },
    ],
}
