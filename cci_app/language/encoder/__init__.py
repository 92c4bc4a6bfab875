"""Sentences of French, Spanish and English as numbers, near each other where they mean alike; needs no download."""
