"""The contract of a plain server of tools: `GET {url}/tools` tells them, `POST {url}/tools/{name}` calls one.

`{"tools": [{"name": ..., "description": ..., "parameters": <JSON schema>}]}`; a call carries `{"arguments": {...},
"context": {"user_id": ..., "language": ..., "call": <a key that is the same for a repeat>}}` and is answered with
`{"result": ...}`, or `{"error": "..."}`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cci_app.core.outbound.fetch import FetchError, call
from cci_app.tools.own.definitions import ToolDefinition
from cci_app.tools.own.http import MOST_BYTES, call_tool, read_answer
from cci_app.tools.ports import ToolContext, ToolFailed


def contract_tools(url: str, token: str | None, seconds: float, *, loopback: bool) -> list[ToolDefinition]:
    """The tools of a server. Raises ToolFailed."""
    try:
        answered = call(
            "GET",
            f"{url.rstrip('/')}/tools",
            headers=_headers(token),
            content=None,
            seconds=seconds,
            max_bytes=MOST_BYTES,
            loopback=loopback,
        )
    except FetchError as error:
        raise ToolFailed(error.message, certain=True) from error
    told = read_answer(answered)
    listed = told.get("tools") if isinstance(told, Mapping) else None
    if answered.status != 200 or not isinstance(listed, list):
        raise ToolFailed(f"the server does not tell its tools ({answered.status})", certain=True)
    return [
        ToolDefinition(each["name"], str(each.get("description", "")), each.get("parameters") or {})
        for each in listed
        if isinstance(each, Mapping) and isinstance(each.get("name"), str) and _is_schema(each.get("parameters"))
    ]


def call_contract(
    url: str, token: str | None, name: str, context: ToolContext, arguments: Mapping[str, Any], *, loopback: bool
) -> Any:
    """What a tool of the server gives. Raises ToolFailed."""
    told = json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False)
    key = hashlib.sha256(f"{min(context.receipts, default=0)} {name} {told}".encode()).hexdigest()
    about = {"user_id": context.user_id, "language": context.language, "call": key}
    content = json.dumps({"arguments": dict(arguments), "context": about}).encode()
    headers = {**_headers(token), "Content-Type": "application/json"}
    answered = read_answer(call_tool("POST", f"{url.rstrip('/')}/tools/{name}", headers, content, context, loopback))
    if not isinstance(answered, Mapping) or not {"result", "error"} & set(answered):
        raise ToolFailed("the server's answer has no result")
    if answered.get("error"):
        raise ToolFailed(f"the tool says: {str(answered['error'])[:1000]}")
    return answered.get("result")


def _headers(token: str | None) -> dict[str, str]:
    return {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}


def _is_schema(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)
