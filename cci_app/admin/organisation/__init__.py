"""What an organisation sets of itself, and for how long its data are kept."""
