"""Conversations that humans read and judge: a sample, two questions, and how far two of them agree."""
