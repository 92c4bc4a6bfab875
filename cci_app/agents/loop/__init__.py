"""An agent with tools: a model picks them, the code calls them and bounds all of it."""
