"""The project assistant over the API: a chat with it, what it makes of the figures, and what it proposes."""
