"""The contact book: who is writing."""
