"""Tools that an organisation keeps: addresses, scripts and servers of tools, each with a call to try it."""

import json
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, request

from cci_app.core.errors import CciError, InvalidInput
from cci_app.core.outside.register import Register
from cci_app.dashboard.frame import go, organisation_id, page
from cci_app.dashboard.words import gettext
from cci_app.tools.own.definitions import read_pinned
from cci_app.tools.own.equipping import forget_tools
from cci_app.tools.own.registers import own_tools, tool_servers
from cci_app.tools.own.servers import look_at, pinned_of
from cci_app.tools.own.trying import try_own_tool, try_server_tool
from cci_app.tools.ports import ToolKind
from cci_app.tools.record import recent_failures

_HERE: Final = "/admin/tools"
_SHELVES: Final[dict[str, Register[Any]]] = {"tools": own_tools, "servers": tool_servers}
_SHOWN_FAILURES: Final = 10


def add_to(pages: Blueprint) -> None:
    """Give the pages theirs."""
    pages.get("/tools")(show_tools)
    pages.post("/tools/http")(add_http_tool)
    pages.post("/tools/server")(add_tool_server)
    at = "/<any(tools, servers):shelf>/<string:kind>/<string:name>"
    pages.post(f"/tools{at}/test")(call_tool)
    pages.post(f"/tools{at}/remove")(remove_tool)
    pages.post("/tools/servers/<string:kind>/<string:name>/<any(check, accept):act>")(check_tool_server)


def show_tools(problem: str | None = None, tried: dict[str, Any] | None = None) -> str:
    """The tools and servers there are; `tried` is what a test call just gave."""
    whose = organisation_id()
    pins = pinned_of(whose)
    return page(
        "tools",
        tools=own_tools.list(whose),
        servers=[
            {**asdict(each), "pins": read_pinned(pins.get((each.kind, each.name), {}))}
            for each in tool_servers.list(whose)
        ],
        failures=recent_failures(whose, _SHOWN_FAILURES),
        given=request.form if problem else {},
        problem=problem,
        tried=tried,
    )


def add_http_tool() -> Any:
    """Keep an address that assistants may call."""
    form = request.form
    try:
        settings = {
            "description": form.get("description", "").strip(),
            "method": form.get("method", "GET"),
            "url": form.get("url", "").strip(),
            "arguments": _arguments(form.get("arguments", "")),
        }
        if path := form.get("response_path", "").strip():
            settings["response_path"] = path
        if examples := [line.strip() for line in form.get("examples", "").splitlines() if line.strip()]:
            settings["examples"] = examples
        secret = form.get("secret", "").strip()
        if secret:
            settings["headers"] = {"Authorization": "Bearer {secret}"}
        _add(own_tools, ToolKind.HTTP, settings, {"secret": secret} if secret else {})
    except CciError as error:
        return show_tools(_told(error))
    return go(_HERE)


def add_tool_server() -> Any:
    """Add a server of tools, and ask it for them."""
    form = request.form
    kind = ToolKind.SERVER if form.get("kind") == ToolKind.SERVER.value else ToolKind.MCP
    reads = [each.strip() for each in form.get("reads", "").split(",") if each.strip()]
    token = form.get("token", "").strip()
    try:
        settings = {"url": form.get("url", "").strip(), "reads": reads}
        _add(tool_servers, kind, settings, {"token": token} if token else {})
        look_at(organisation_id(), kind.value, form.get("name", ""), accept=False)
    except CciError as error:
        return show_tools(_told(error))
    forget_tools()
    return go(f"{_HERE}#servers")


def call_tool(shelf: str, kind: str, name: str) -> str:
    """Call a tool once, now. It does what it does."""
    tool = request.form.get("tool", "")
    try:
        arguments = json.loads(request.form.get("arguments", "").strip() or "{}")
        if not isinstance(arguments, dict):
            raise TypeError
        tried = (
            try_own_tool(organisation_id(), kind, name, arguments)
            if shelf == "tools"
            else try_server_tool(organisation_id(), kind, name, tool, arguments)
        )
    except (ValueError, TypeError):
        return show_tools(gettext('Arguments are written as JSON: {"order": "A-17"}'))
    except CciError as error:
        return show_tools(_told(error))
    return show_tools(tried={**tried, "shelf": shelf, "kind": kind, "name": name})


def check_tool_server(kind: str, name: str, act: str) -> Any:
    """Ask a server for its tools; `accept` takes them as they are now."""
    try:
        look_at(organisation_id(), kind, name, accept=act == "accept")
    except CciError as error:
        return show_tools(_told(error))
    forget_tools()
    return go(f"{_HERE}#servers")


def remove_tool(shelf: str, kind: str, name: str) -> Any:
    """Remove a tool or a server with its secrets."""
    _SHELVES[shelf].remove(organisation_id(), kind, name)
    forget_tools()
    return go(_HERE)


def _add(register: Register[Any], kind: ToolKind, settings: dict[str, Any], secrets: dict[str, str]) -> None:
    name = request.form.get("name", "")
    register.add(organisation_id(), kind=kind.value, name=name, settings=settings, secrets=secrets)
    forget_tools()


def _arguments(written: str) -> dict[str, Any]:
    """What a line each says of arguments, `order: the number on the receipt`, as a schema: texts that are needed."""
    described = {}
    for line in written.splitlines():
        name, _, about = line.partition(":")
        if name.strip():
            described[name.strip()] = {"type": "string", "description": about.strip() or name.strip()}
    return {"properties": described, "required": list(described)} if described else {}


def _told(error: CciError) -> str:
    if not isinstance(error, InvalidInput) or not error.details:
        return error.message
    return "; ".join([error.message, *(f"{name}: {' '.join(map(str, told))}" for name, told in error.details.items())])
