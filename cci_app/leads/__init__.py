"""People who want something: kept as they told it, and given to the organisation's CRM by a mapping, each once."""
