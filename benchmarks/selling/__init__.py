"""How well the samples' seller understands buyers."""
