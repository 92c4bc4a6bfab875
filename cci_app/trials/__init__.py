"""Trying an assistant before people write to it: as any contact or as a stranger, by members and by link."""
