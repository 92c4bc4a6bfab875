"""The MCP connections of this process. Loaded where an organisation has such a server."""

from functools import lru_cache

from cci_app.tools.own.mcp import McpLinks


@lru_cache(maxsize=1)
def mcp_links() -> McpLinks:
    """Those of this process; each is opened by the process that asks first."""
    return McpLinks()
