"""Meta's Cloud API of WhatsApp: what it delivers, and how it sends."""
