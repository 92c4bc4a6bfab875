"""What the assistants use: calls of models with their tokens and what they cost."""
