"""The organisation's documents: loaded, searched, quoted with their source."""
