"""Assistants that organisations make themselves: rows with a draft and published versions."""
