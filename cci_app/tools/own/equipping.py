"""The tools of an organisation as a turn finds them: read again after some seconds, not for each message."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from cci_app.core.errors import CciError
from cci_app.core.lookups import LookUps
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.own.definitions import DefinitionState, Pinned, ToolDefinition, offered_name, read_pinned
from cci_app.tools.own.registers import ServerService, own_tools, tool_servers
from cci_app.tools.own.servers import pinned_of
from cci_app.tools.ports import Consent, Run, Tool, ToolContext, ToolKind, ToolResult

log = structlog.get_logger(__name__)

_ORGANISATIONS = 1_000
_known: LookUps[tuple[int, tuple[str, ...], tuple[str, ...]], tuple[Tool, ...]] = LookUps(_ORGANISATIONS)


def forget_tools() -> None:
    """Look again, in this process, whatever was known of tools."""
    _known.forget_all()


def tools_of(organisation_id: int, names: Sequence[str], servers: Sequence[str]) -> tuple[Tool, ...]:
    """The tools of these names, and those of these servers; one that cannot be used is left out, and logged."""
    if not names and not servers:
        return ()
    key = (organisation_id, tuple(names), tuple(servers))
    return _known.find(key, lambda: (*_own(organisation_id, names), *_of_servers(organisation_id, servers)))


def own_tool(organisation_id: int, kind: str, name: str) -> Tool | None:
    """The tool of that name, as models are offered it. Raises InvalidInput, Conflict where it cannot be used."""
    account = own_tools.find(organisation_id, kind, name) if kind in own_tools.kinds else None
    return account.open().tool(name.replace("-", "_")) if account is not None else None


def _own(organisation_id: int, names: Sequence[str]) -> list[Tool]:
    found = []
    for name in names:
        try:
            made = (own_tool(organisation_id, kind, name) for kind in own_tools.kinds)
            tool = next((each for each in made if each is not None), None)
        except CciError as error:
            log.warning("tool_left_out", tool=name, reason=error.message)
            continue
        if tool is not None:
            found.append(tool)
    return found


def _of_servers(organisation_id: int, names: Sequence[str]) -> list[Tool]:
    if not names:
        return []
    pins = pinned_of(organisation_id)
    found = []
    for kind in tool_servers.kinds:
        for name in names:
            kept = pins.get((kind, name))
            try:
                account = tool_servers.find(organisation_id, kind, name) if kept is not None else None
            except CciError as error:
                log.warning("tool_server_left_out", server=name, reason=error.message)
                continue
            if account is not None and kept is not None:
                found += server_tools(name, account.open(), kept)
    return found


def server_tools(name: str, service: ServerService, kept: Mapping[str, Any]) -> list[Tool]:
    """The tools of a server as they are pinned, those that were changed or are gone left out."""
    return [
        _tool(name, service, pin)
        for pin in read_pinned(kept).values()
        if pin.state is DefinitionState.ON and (not service.fields.only or pin.definition.name in service.fields.only)
    ]


def _tool(server: str, service: ServerService, pin: Pinned) -> Tool:
    definition = pin.definition
    reads = definition.name in service.fields.reads
    return Tool(
        name=offered_name(server, definition.name),
        description=definition.description or definition.name,
        arguments=SchemaArguments(definition.arguments),
        run=_run(service, definition, again=reads),
        kind=service.kind,
        writes=None if reads else Consent.PERSON,
        seconds=service.fields.seconds,
        examples=service.fields.examples.get(definition.name, ()),
    )


def _run(service: ServerService, definition: ToolDefinition, *, again: bool) -> Run:
    fields, token, loopback = service.fields, service.token, service.settings.fetch_loopback

    def run(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        if service.kind is ToolKind.MCP:
            from cci_app.tools.own.links import mcp_links
            from cci_app.tools.own.mcp import McpAddress

            link = mcp_links().to(McpAddress(fields.url, token, loopback))
            return ToolResult(link.call(definition.name, arguments, context.deadline.left(), again=again))
        from cci_app.tools.own.contract import call_contract

        return ToolResult(call_contract(fields.url, token, definition.name, context, arguments, loopback=loopback))

    return run
