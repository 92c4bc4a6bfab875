"""Projects and tasks: who does what by when, what became of it, and what is late."""
