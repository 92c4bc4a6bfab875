"""What an assistant proposes to do with the work: rows that a person lets through or refuses, done once."""
