"""What the figures of the work give to think of: bottlenecks and risks, who could do what, what matters most."""
