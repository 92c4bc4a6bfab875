"""Trying a tool from a page or by the API: called once, for somebody who answers for it, and told what it gave."""

import time
from collections.abc import Mapping
from typing import Any, Final

from cci_app.core import clock
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.deadline import Deadline
from cci_app.core.errors import NotFound
from cci_app.tools.models import TOOL_NAME_LENGTH
from cci_app.tools.own.definitions import offered_name
from cci_app.tools.own.equipping import own_tool, server_tools
from cci_app.tools.own.registers import tool_servers
from cci_app.tools.own.servers import pinned_of
from cci_app.tools.ports import Tool, ToolContext
from cci_app.tools.running import Toolbox, WantedCall

_LONGEST: Final = 30.0
_threads: Final = DaemonThreads("tried-tool", 8)


def try_own_tool(organisation_id: int, kind: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call a tool that the organisation keeps. Raises NotFound, Conflict or InvalidInput for what cannot be called."""
    tool = own_tool(organisation_id, kind, name)
    if tool is None:
        raise NotFound("there is no such tool")
    return _tried(organisation_id, tool, arguments)


def try_server_tool(
    organisation_id: int, kind: str, name: str, tool: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Call a tool of a server, by the server's own name of it or the one that models know. Raises NotFound."""
    account = tool_servers.find(organisation_id, kind, name) if kind in tool_servers.kinds else None
    if account is None:
        raise NotFound("there is no such server of tools")
    kept = pinned_of(organisation_id).get((kind, name), {})
    offered = server_tools(name, account.open(), kept)
    wanted = {tool, offered_name(name, tool)}
    chosen = next((each for each in offered if each.name in wanted), None)
    if chosen is None:
        known = ", ".join(each.name for each in offered) or "none: have the server checked first"
        raise NotFound(f"there is no such tool that is on; there are: {known[:500]}")
    return _tried(organisation_id, chosen, arguments)


def _tried(organisation_id: int, tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    started = time.monotonic()
    context = ToolContext(
        organisation_id=organisation_id,
        assistant="",
        user_id="trial",
        language="en",
        contact=None,
        receipts=(),
        said=(),
        now=clock.now(),
        deadline=Deadline.after(_LONGEST),
    )
    done = Toolbox([tool], _threads).try_out(WantedCall(tool.name, dict(arguments)), context)
    taken = round((time.monotonic() - started) * 1000)
    return {
        "tool": tool.name[:TOOL_NAME_LENGTH],
        "status": done.status,
        "result": done.content,
        "duration_ms": taken,
    }
