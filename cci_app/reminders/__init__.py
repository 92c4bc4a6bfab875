"""Telling people of their tasks, where they are reached: by mail, or through the outbox of a channel."""
