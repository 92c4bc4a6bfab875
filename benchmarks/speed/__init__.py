"""`make bench`: how fast, at what memory, and whether it stays so."""
