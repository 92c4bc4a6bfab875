"""A person's conversation as a session that a program drives, with a token."""
