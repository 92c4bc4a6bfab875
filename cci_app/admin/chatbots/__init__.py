"""Chatbots that organisations make: their drafts, versions, and trying them."""
