"""What was said, for those who watch: conversations found, and one of them read."""
