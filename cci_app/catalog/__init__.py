"""Tables of what an organisation offers: rows with typed attributes, asked by typed filters only."""
