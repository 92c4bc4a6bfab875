"""Examples of the API's description."""

from typing import Any

HEAD: dict[str, Any] = {
    "id": 42,
    "assistant": "cci",
    "user_id": "+573001234567",
    "contact_name": "Camille Moreau",
    "company": "Vinos del Valle SAS",
    "reason": "asked_for_human",
    "summary": "Souhaite parler à une personne au sujet des visas.",
    "language": "fr",
    "state": "assigned",
    "holder": "member:7",
    "holder_name": "Ana Ruiz",
    "labels": ["visas"],
    "message": "Merci, j'attends votre réponse",
    "unread": True,
    "waiting": True,
    "rating": None,
    "created_at": "2026-01-15T14:03:20+00:00",
    "taken_at": "2026-01-15T14:05:00+00:00",
    "first_reply_at": "2026-01-15T14:06:10+00:00",
    "person_at": "2026-01-15T14:08:00+00:00",
    "human_at": "2026-01-15T14:06:10+00:00",
    "escalated_at": None,
    "resolved_at": None,
}
LISTED = {"handoffs": [HEAD], "next": None}
READ = {
    **HEAD,
    "items": [
        {
            "kind": "reply",
            "text": "Bonjour, je m'en occupe.",
            "at": "2026-01-15T14:06:10+00:00",
            "author": "member:7",
            "author_name": "Ana Ruiz",
            "delivery": "delivered",
            "via": "push",
            "error": None,
            "files": [],
        }
    ],
    "composer": {"open": True, "pushes": True, "closes_at": "2026-01-16T14:03:00+00:00", "template": None},
}
FIGURES = {
    "unassigned": 2,
    "mine": 1,
    "all": 4,
    "resolved": 31,
    "unread": 2,
    "first_reply_seconds": 170.0,
    "resolution_seconds": 2_460.0,
    "rating": 4.6,
    "ratings": 22,
}
READY = {"id": 3, "title": "Merci", "text": "Merci beaucoup !"}
DESK = {
    "hours": {"monday": [{"since": "08:00:00", "until": "18:00:00"}]},
    "holidays": ["2026-12-25"],
    "notify": [{"via": "email", "to": "accueil@example.org"}],
    "escalate_minutes": 15,
    "resume_minutes": 720,
    "ask_rating": True,
    "drafts": False,
    "template": None,
    "open": True,
    "opens_at": "2026-01-15T14:03:20+00:00",
}
