"""The handbook: rules with the place where they stand, held against tasks and comments."""
