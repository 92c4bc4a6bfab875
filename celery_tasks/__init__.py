"""Background work: thin tasks, one module per room."""
