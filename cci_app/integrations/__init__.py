"""Accounts at services outside, and how files and rows get there."""
