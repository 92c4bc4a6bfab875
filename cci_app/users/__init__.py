"""A person's status and reset."""
