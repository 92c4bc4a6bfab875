"""People who asked for a human."""
