"""The HTTP edge: parsing, errors, request ids, timing."""
