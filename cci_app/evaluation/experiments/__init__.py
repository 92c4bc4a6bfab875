"""What came of an experiment, who watches it, and how it ends."""
