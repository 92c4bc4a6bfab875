"""The pages of admins: what the API offers, in a browser."""
