"""Examples of the API's description, of nobody real."""

MEMBER = {
    "id": 7,
    "email": "camille@example.org",
    "name": "Camille Rojas",
    "role": "agent",
    "language": "fr",
    "has_password": True,
    "created_at": "2026-03-02T15:04:05+00:00",
    "last_seen_at": "2026-03-09T13:00:00+00:00",
}
REMOVED = {"id": 7, "removed": True}
CHANGE = {"name": "Camille Rojas", "role": "agent"}
ROLES = [
    {
        "role": "viewer",
        "may": {"en": "see everything, change nothing", "es": "ver todo sin cambiar nada", "fr": "tout voir"},
    }
]
SESSION = {
    "id": "0b5f5f6e-3d52-4c1b-9b9b-6d3f3a1c2e11",
    "member_id": 7,
    "email": "camille@example.org",
    "address": "2001:db8::7",
    "device": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    "current": True,
    "created_at": "2026-03-02T15:04:05+00:00",
    "last_seen_at": "2026-03-09T13:00:00+00:00",
}
ENDED = {"id": SESSION["id"], "ended": True}
PASSWORDS = {"old_password": "correct horse battery staple", "new_password": "a new password, a longer one"}
KEY = {
    "id": 3,
    "name": "Manychat flow",
    "prefix": "cci_Zm9vYmFy",
    "scopes": ["messages", "users"],
    "created_at": "2026-03-02T15:04:05+00:00",
    "revoked_at": None,
}
NEW_KEY = {**KEY, "key": "cci_Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0Z2FycGx5"}
REVOKED_KEY = {**KEY, "revoked_at": "2026-03-10T15:04:05+00:00"}
KEY_ORDER = {"name": "Manychat flow", "scopes": ["messages", "users"]}
ENTRY = {
    "id": 4711,
    "timestamp": "2026-03-09T13:00:00+00:00",
    "who": "member:7",
    "name": "camille@example.org",
    "act": "key.created",
    "subject": "key:3",
    "details": {"name": "Manychat flow"},
    "address": "2001:db8::7",
    "request_id": "7d3c9f1e2b4a4c0f8d6e5a4b3c2d1e0f",
}
AUDIT = {"entries": [ENTRY], "next": None}
AUDIT_CSV = "\ufeffid;timestamp;who;name;act;subject;details;address;request_id\n"
INVITATION = {
    "id": "5d0d6a0e-64a6-4d64-9d1e-1f0c6a4f2b33",
    "email": "diego@example.org",
    "role": "agent",
    "made_by": "camille@example.org",
    "created_at": "2026-03-02T15:04:05+00:00",
    "expires_at": "2026-03-09T15:04:05+00:00",
    "mail_state": None,
    "mail_reason": None,
}
INVITATION_ORDER = {"email": "diego@example.org", "role": "agent"}
NEW_INVITATION = {**INVITATION, "link": "https://example.org/login/invitation/Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0"}
TAKEN_BACK = {"id": INVITATION["id"], "taken_back": True}
RESET = {
    "link": "https://example.org/login/reset/Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0Z2FycGx5",
    "expires_at": "2026-03-02T17:04:05+00:00",
}
PASSKEY = {
    "id": "9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b",
    "name": "Phone",
    "created_at": "2026-03-02T15:04:05+00:00",
    "last_used_at": None,
}
PASSKEY_CHALLENGE = {
    "options": {"challenge": "Zm9vYmFy", "rp": {"id": "example.org", "name": "example.org"}},
    "ticket": "gAAAAABo",
}
NEW_PASSKEY = {"password": "correct horse battery staple"}
PASSKEY_ANSWER = {
    "name": "Phone",
    "ticket": "gAAAAABo",
    "credential": {"id": "Zm9v", "rawId": "Zm9v", "type": "public-key", "response": {}},
}
REMOVED_PASSKEY = {"id": PASSKEY["id"], "removed": True}
