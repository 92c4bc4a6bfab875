"""What admins watch and trigger."""
