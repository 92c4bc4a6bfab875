"""What assistants called, and the tools and servers that an organisation keeps."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.admin.outside.schemas import AccountResponse, RemovedAccountResponse
from cci_app.admin.tools import examples
from cci_app.admin.tools.schemas import (
    CalledToolBase,
    ExecutionsQuery,
    ExecutionsResponse,
    FailuresQuery,
    NewServerPayload,
    NewToolPayload,
    OwnToolPayload,
    ServerToolsResponse,
    ServerTrialPayload,
    ToolStatsResponse,
    TrialPayload,
    TrialResponse,
)
from cci_app.core.http.api import EdgeBlueprint
from cci_app.tools.own.equipping import forget_tools
from cci_app.tools.own.registers import own_tools, tool_servers
from cci_app.tools.own.servers import look_at
from cci_app.tools.own.trying import try_own_tool, try_server_tool
from cci_app.tools.record import list_executions, recent_failures, usage_stats

calls = EdgeBlueprint("tool_calls", __name__, url_prefix="/api/v1/tool-calls", description="What assistants called")

tools = EdgeBlueprint("tools", __name__, url_prefix="/api/v1/tools", description="Tools that an organisation keeps")
servers = EdgeBlueprint(
    "tool_servers", __name__, url_prefix="/api/v1/mcp-servers", description="MCP and other servers of tools"
)


def _at(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"in": "path", "name": "kind", "example": kind}, {"in": "path", "name": "name", "example": name}]


@calls.get("")
@calls.arguments(ExecutionsQuery, location="query")
@calls.response(200, ExecutionsResponse, example=examples.EXECUTIONS)
def list_tool_calls(query: dict[str, Any]) -> dict[str, Any]:
    """List calls of tools, the newest first."""
    return list_executions(current_caller().organisation_id, **query)


@calls.get("/stats")
@calls.response(200, ToolStatsResponse(many=True), example=[examples.STATS])
def tool_stats() -> Any:
    """Tell of each tool how often it was called, how that went and how long it took."""
    return usage_stats(current_caller().organisation_id)


@calls.get("/failures")
@calls.arguments(FailuresQuery, location="query")
@calls.response(200, CalledToolBase(many=True), example=[examples.FAILURE])
def tool_failures(query: dict[str, Any]) -> Any:
    """List the calls of the last seven days that failed, took too long or are in doubt."""
    return recent_failures(current_caller().organisation_id, query["limit"])


@tools.get("")
@tools.response(200, AccountResponse(many=True), example=[examples.OWN_TOOL])
def list_tools() -> Any:
    """List the tools that the organisation keeps."""
    return own_tools.list(current_caller().organisation_id)


@tools.post("")
@tools.arguments(NewToolPayload, example=examples.ORDER)
@tools.response(201, AccountResponse, example=examples.OWN_TOOL)
@tools.alt_response(409, "CONFLICT")
def create_tool(payload: dict[str, Any]) -> Any:
    """Keep a tool: an address that is called, or a script. Its secrets are sealed; no answer ever shows them."""
    added = own_tools.add(current_caller().organisation_id, **payload)
    forget_tools()
    return added


@tools.put("/<string:kind>/<string:name>", parameters=_at("http", "order-status"))
@tools.arguments(OwnToolPayload, example={name: examples.ORDER[name] for name in ("settings", "secrets")})
@tools.response(200, AccountResponse, example=examples.OWN_TOOL)
@tools.alt_response(404, "NOT_FOUND")
@tools.alt_response(409, "CONFLICT")
def change_tool(payload: dict[str, Any], kind: str, name: str) -> Any:
    """Give a tool other settings; secrets that are not given stay as they are."""
    changed = own_tools.change(current_caller().organisation_id, kind, name, **payload)
    forget_tools()
    return changed


@tools.post("/<string:kind>/<string:name>/test", parameters=_at("http", "order-status"))
@tools.arguments(TrialPayload, example={"arguments": {"order": "A-17"}})
@tools.response(200, TrialResponse, example=examples.TRIAL)
@tools.alt_response(404, "NOT_FOUND")
@tools.alt_response(409, "CONFLICT")
def test_tool(payload: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """Call a tool once, now, and tell what it gave. It does what it does: a tool that writes, writes."""
    return try_own_tool(current_caller().organisation_id, kind, name, payload["arguments"])


@tools.delete("/<string:kind>/<string:name>", parameters=_at("http", "order-status"))
@tools.response(200, RemovedAccountResponse, example={"kind": "http", "name": "order-status", "removed": True})
@tools.alt_response(404, "NOT_FOUND")
def delete_tool(kind: str, name: str) -> dict[str, Any]:
    """Remove a tool with its secrets."""
    own_tools.remove(current_caller().organisation_id, kind, name)
    forget_tools()
    return {"kind": kind, "name": name, "removed": True}


@servers.get("")
@servers.response(200, AccountResponse(many=True), example=[examples.SERVER])
def list_servers() -> Any:
    """List the organisation's servers of tools."""
    return tool_servers.list(current_caller().organisation_id)


@servers.post("")
@servers.arguments(NewServerPayload, example=examples.SERVER_ORDER)
@servers.response(201, AccountResponse, example=examples.SERVER)
@servers.alt_response(409, "CONFLICT")
def create_server(payload: dict[str, Any]) -> Any:
    """Add a server of tools. Its tools are offered once it was checked."""
    return tool_servers.add(current_caller().organisation_id, **payload)


@servers.put("/<string:kind>/<string:name>", parameters=_at("mcp", "shop"))
@servers.arguments(OwnToolPayload, example={name: examples.SERVER_ORDER[name] for name in ("settings", "secrets")})
@servers.response(200, AccountResponse, example=examples.SERVER)
@servers.alt_response(404, "NOT_FOUND")
@servers.alt_response(409, "CONFLICT")
def change_server(payload: dict[str, Any], kind: str, name: str) -> Any:
    """Give a server other settings; its token stays where none is given."""
    changed = tool_servers.change(current_caller().organisation_id, kind, name, **payload)
    forget_tools()
    return changed


@servers.post("/<string:kind>/<string:name>/check", parameters=_at("mcp", "shop"))
@servers.response(200, ServerToolsResponse, example=examples.DEFINITIONS)
@servers.alt_response(404, "NOT_FOUND")
@servers.alt_response(409, "CONFLICT")
@servers.alt_response(503, "SERVICE_UNAVAILABLE")
def check_server(kind: str, name: str) -> dict[str, Any]:
    """Ask a server for its tools. New ones are pinned; one that was changed since is off, with an alert."""
    return _looked_at(kind, name, accept=False)


@servers.post("/<string:kind>/<string:name>/accept", parameters=_at("mcp", "shop"))
@servers.response(200, ServerToolsResponse, example=examples.DEFINITIONS)
@servers.alt_response(404, "NOT_FOUND")
@servers.alt_response(409, "CONFLICT")
@servers.alt_response(503, "SERVICE_UNAVAILABLE")
def accept_server(kind: str, name: str) -> dict[str, Any]:
    """Take the tools of a server as it describes them now."""
    return _looked_at(kind, name, accept=True)


@servers.post("/<string:kind>/<string:name>/test", parameters=_at("mcp", "shop"))
@servers.arguments(ServerTrialPayload, example={"tool": "order_status", "arguments": {"order": "A-17"}})
@servers.response(200, TrialResponse, example=examples.TRIAL)
@servers.alt_response(404, "NOT_FOUND")
@servers.alt_response(409, "CONFLICT")
def test_server(payload: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """Call a tool of a server once, now, and tell what it gave."""
    whose = current_caller().organisation_id
    return try_server_tool(whose, kind, name, payload["tool"], payload["arguments"])


@servers.delete("/<string:kind>/<string:name>", parameters=_at("mcp", "shop"))
@servers.response(200, RemovedAccountResponse, example={"kind": "mcp", "name": "shop", "removed": True})
@servers.alt_response(404, "NOT_FOUND")
def delete_server(kind: str, name: str) -> dict[str, Any]:
    """Remove a server of tools with its token."""
    tool_servers.remove(current_caller().organisation_id, kind, name)
    forget_tools()
    return {"kind": kind, "name": name, "removed": True}


def _looked_at(kind: str, name: str, *, accept: bool) -> dict[str, Any]:
    pins = look_at(current_caller().organisation_id, kind, name, accept=accept)
    forget_tools()
    shown = [
        {"name": each, "description": pin.definition.description, "state": pin.state, "digest": pin.digest}
        for each, pin in sorted(pins.items())
    ]
    return {"kind": kind, "name": name, "tools": shown}
