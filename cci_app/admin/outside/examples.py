"""Examples for the API's description; a test holds each against its schema."""

from typing import Any

ORDER: dict[str, Any] = {
    "kind": "sharepoint",
    "name": "members",
    "settings": {
        "tenant_id": "11111111-2222-3333-4444-555555555555",
        "client_id": "66666666-7777-8888-9999-000000000000",
        "site": "example.sharepoint.com:/sites/members",
        "folder": "Exports",
    },
    "secrets": {"client_secret": "made-up-secret"},
}
INTEGRATION: dict[str, Any] = {
    "kind": "sharepoint",
    "name": "members",
    "settings": ORDER["settings"],
    "secrets": ["client_secret"],
    "state": "unchecked",
    "reason": None,
    "checked_at": None,
    "created_at": "2026-01-15T12:00:00+00:00",
}
CHANNEL_ORDER: dict[str, Any] = {
    "kind": "manychat",
    "name": "members",
    "settings": {},
    "secrets": {"api_key": "104000000000001:made-up-key"},
}
CHANNEL_ACCOUNT: dict[str, Any] = {
    **INTEGRATION,
    "kind": "manychat",
    "settings": {"base_url": "https://api.manychat.com"},
    "secrets": ["api_key"],
    "outside_id": "104000000000001",
    "assistant": None,
}
CHECK: dict[str, Any] = {
    "kind": "sharepoint",
    "name": "members",
    "state": "failing",
    "works": [],
    "reason": "client_secret has expired; make a new client secret and set its Value (AADSTS7000222)",
}
