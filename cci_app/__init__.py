"""An organisation's AI assistant on WhatsApp."""
