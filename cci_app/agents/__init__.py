"""What an assistant can do."""
