"""How each channel wants its replies."""
