"""What admins do with accounts at services outside."""
