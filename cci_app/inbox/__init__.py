"""Humans who answer: who has a request, what they say, how it ends."""
