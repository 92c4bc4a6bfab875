"""The tools and servers of organisations, kept as accounts are: what may be shown in the row, the rest sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cci_app.core.errors import Unavailable
from cci_app.core.outside.kind import AccountKind
from cci_app.core.outside.register import Register
from cci_app.tools.models import OwnTool, ToolServer
from cci_app.tools.own.definitions import ToolDefinition
from cci_app.tools.own.fields import HttpToolFields, ScriptToolFields, ServerFields
from cci_app.tools.own.http import http_tool
from cci_app.tools.own.script import script_tool
from cci_app.tools.ports import Tool, ToolFailed, ToolKind
from config.settings import Settings

_CHECK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class OwnToolService:
    """An organisation's tool, opened."""

    fields: HttpToolFields | ScriptToolFields
    settings: Settings

    def tool(self, name: str) -> Tool:
        """The tool by the name that models know it by. Raises InvalidInput where it cannot be used any more."""
        if isinstance(self.fields, ScriptToolFields):
            return script_tool(name, self.fields, folder=self.settings.tool_scripts_path)
        return http_tool(name, self.fields, loopback=self.settings.fetch_loopback)

    def check(self) -> Iterator[str]:
        """See Checkable. Nothing is called: a tool may write."""
        self.tool("checked")
        yield "the tool can be offered to models"


@dataclass(frozen=True, slots=True)
class ServerService:
    """A server of tools, opened."""

    kind: ToolKind
    fields: ServerFields
    settings: Settings

    @property
    def token(self) -> str | None:
        """What proves that it is us who asks."""
        return self.fields.token.get_secret_value() if self.fields.token else None

    def definitions(self, seconds: float = _CHECK_SECONDS) -> list[ToolDefinition]:
        """What the server says of its tools, of those that are used. Raises ToolFailed."""
        loopback = self.settings.fetch_loopback
        if self.kind is ToolKind.MCP:
            # The SDK takes a second to load, and few organisations have such a server.
            from cci_app.tools.own.links import mcp_links
            from cci_app.tools.own.mcp import McpAddress

            told = mcp_links().to(McpAddress(self.fields.url, self.token, loopback)).tools(seconds)
        else:
            from cci_app.tools.own.contract import contract_tools

            told = contract_tools(self.fields.url, self.token, seconds, loopback=loopback)
        return [each for each in told if not self.fields.only or each.name in self.fields.only]

    def check(self) -> Iterator[str]:
        """See Checkable."""
        try:
            told = self.definitions()
        except ToolFailed as failure:
            raise Unavailable(failure.message) from failure
        yield f"the server tells {len(told)} tools"


def _own(fields: HttpToolFields | ScriptToolFields, settings: Settings) -> OwnToolService:
    return OwnToolService(fields, settings)


def _mcp(fields: ServerFields, settings: Settings) -> ServerService:
    return ServerService(ToolKind.MCP, fields, settings)


def _server(fields: ServerFields, settings: Settings) -> ServerService:
    return ServerService(ToolKind.SERVER, fields, settings)


_TOOL_KINDS: Final[dict[str, AccountKind[Any, Any]]] = {
    ToolKind.HTTP.value: AccountKind(ToolKind.HTTP.value, "an address that is called", HttpToolFields, _own),
    ToolKind.SCRIPT.value: AccountKind(ToolKind.SCRIPT.value, "a program in the sandbox", ScriptToolFields, _own),
}
_SERVER_KINDS: Final = {
    ToolKind.MCP.value: AccountKind(ToolKind.MCP.value, "an MCP server over Streamable HTTP", ServerFields, _mcp),
    ToolKind.SERVER.value: AccountKind(
        ToolKind.SERVER.value, "a server of `GET /tools` and `POST /tools/{name}`", ServerFields, _server
    ),
}

own_tools = Register(OwnTool, _TOOL_KINDS, "tool")
tool_servers = Register(ToolServer, _SERVER_KINDS, "server of tools")
