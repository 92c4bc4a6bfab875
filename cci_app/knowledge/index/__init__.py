"""Passages, and what makes them searchable: words, vectors and where those are kept."""
