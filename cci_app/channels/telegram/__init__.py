"""Telegram: a bot's updates and its messages."""
