"""What a model may call: one registry of tools, each with its arguments, its effect and its limits."""
