"""The tools that an organisation keeps: addresses, scripts, servers of tools."""
