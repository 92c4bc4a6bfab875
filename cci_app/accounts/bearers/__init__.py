"""Members who call the API with a token instead of a cookie: from programs of their own, or from another page."""
