"""Tasks of the API."""
