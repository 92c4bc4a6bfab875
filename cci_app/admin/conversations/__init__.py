"""Conversations as admins find and read them."""
