"""CRMs that are asked over HTTP: a file says how each is asked and what stands where in its answers."""
