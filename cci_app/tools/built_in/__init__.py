"""The tools that every installation has. A new one is a line in `registry.py`."""
