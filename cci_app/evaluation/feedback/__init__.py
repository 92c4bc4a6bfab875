"""What people think, given by programs, asked for after a silence, and counted."""
