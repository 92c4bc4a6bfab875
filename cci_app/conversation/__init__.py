"""The one way a message takes."""
