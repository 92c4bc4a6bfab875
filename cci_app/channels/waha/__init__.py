"""WAHA: WhatsApp's web client behind an API of one's own, and what it delivers."""
