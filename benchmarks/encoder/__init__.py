"""How the encoder's table of words was made: run in an environment of its own, never by the product."""
