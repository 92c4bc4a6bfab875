"""The message endpoint."""
