"""Accounts that an organisation has at services outside, with secrets that are kept sealed."""
