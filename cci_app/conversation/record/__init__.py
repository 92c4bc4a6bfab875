"""What is kept of a conversation, each record by a writer of its own that reads what the turns made."""
