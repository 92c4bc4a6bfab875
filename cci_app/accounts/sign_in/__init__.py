"""The pages at which members sign in."""
