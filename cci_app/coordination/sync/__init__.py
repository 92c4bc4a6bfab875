"""What all sides that tasks are kept the same with have in common: rounds, and which of two changes holds."""
