"""Webhooks out: whoever subscribed is told what is done with the work, signed, until they have it."""
