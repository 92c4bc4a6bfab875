"""What people think of what they were told: a thumb for an answer, 1 to 5 for a conversation or a human's help."""
