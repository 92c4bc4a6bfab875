"""The contact book as the API's description shows it."""

from typing import Any

from cci_app.admin.conversations.examples import FOUND

CONTACT: dict[str, Any] = {
    "phone": "+573001234567",
    "first_name": "Camille",
    "last_name": "Durand",
    "company": "Café Uno SAS",
    "role": "Gérante",
    "sector": "Agroalimentaire",
    "city": "Bogotá",
    "email": "camille@example.org",
    "membership": "Premium",
    "description": None,
}
DIRECTORY: dict[str, Any] = {
    "contacts": [
        {**CONTACT, "last_interaction": "2026-01-15T17:04:12+00:00", "questions_answered": 2, "completed": False}
    ],
    "next": None,
    "count": 1,
}
CARD: dict[str, Any] = {
    **CONTACT,
    "extra": {"Sitio web": "https://www.example.org"},
    "updated_at": "2026-01-10T12:00:00+00:00",
    "wish": None,
    "conversations": FOUND["conversations"],
}
