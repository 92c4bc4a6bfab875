"""Versions of an assistant that serve nobody yet: of a chatbot its own, of a file's what an organisation changes."""
