"""An assistant is content: a file that a non-programmer can read."""
