"""People of whom an organisation keeps a record, what it certifies of them, and facts that hold for a time."""
