"""Examples for the API's description; a test holds each against its schema."""

from typing import Any

FAILURE: dict[str, Any] = {
    "assistant": "bakery",
    "user_id": "+573001234567",
    "event_id": 5012,
    "type": "http",
    "tool": "order_status",
    "status": "timed_out",
    "arguments": {"order": "A-17"},
    "result": '{"error": "it took longer than 5 s"}',
    "timestamp": "2026-01-15T17:04:12+00:00",
}
EXECUTION: dict[str, Any] = {
    **FAILURE,
    "id": 311,
    "run_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "agent": "counter",
    "iteration": 1,
    "duration_ms": 5003,
}
EXECUTIONS: dict[str, Any] = {"executions": [EXECUTION], "next": None}
STATS: dict[str, Any] = {
    "assistant": "bakery",
    "type": "built_in",
    "tool": "rag_search",
    "calls": 210,
    "failures": 1,
    "refusals": 3,
    "mean_ms": 14,
    "p95_ms": 41,
    "last_at": "2026-01-15T17:04:12+00:00",
}
ORDER: dict[str, Any] = {
    "kind": "http",
    "name": "order-status",
    "settings": {
        "label": "Estado de un pedido",
        "description": "Where an order is",
        "method": "GET",
        "url": "https://shop.example.com/orders/{order}",
        "headers": {"Authorization": "Bearer {secret}"},
        "arguments": {"properties": {"order": {"type": "string"}}, "required": ["order"]},
        "response_path": "data.status",
        "examples": ["dónde está mi pedido"],
    },
    "secrets": {"secret": "made-up-secret"},
}
OWN_TOOL: dict[str, Any] = {
    "kind": "http",
    "name": "order-status",
    "settings": ORDER["settings"],
    "secrets": ["secret"],
    "state": "unchecked",
    "reason": None,
    "checked_at": None,
    "created_at": "2026-01-15T12:00:00+00:00",
}
SERVER_ORDER: dict[str, Any] = {
    "kind": "mcp",
    "name": "shop",
    "settings": {"url": "https://tools.example.com/mcp", "reads": ["order_status"]},
    "secrets": {"token": "made-up-token"},
}
SERVER: dict[str, Any] = {
    **OWN_TOOL,
    "kind": "mcp",
    "name": "shop",
    "settings": SERVER_ORDER["settings"],
    "secrets": ["token"],
}
DEFINITIONS: dict[str, Any] = {
    "kind": "mcp",
    "name": "shop",
    "tools": [{"name": "order_status", "description": "Where an order is", "state": "on", "digest": "0" * 64}],
}
TRIAL: dict[str, Any] = {"tool": "order_status", "status": "done", "result": '"on its way"', "duration_ms": 212}
