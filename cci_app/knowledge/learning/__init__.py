"""Learning from use: what nothing answered, and the answers that the organisation writes itself."""
