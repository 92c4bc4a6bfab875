"""An organisation's own agent, served as any other."""
