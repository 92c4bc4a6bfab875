"""Where channels deliver what people write."""
