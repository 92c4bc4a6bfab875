"""Made-up people who write to an assistant, and talks of real ones run again by another version of it."""
