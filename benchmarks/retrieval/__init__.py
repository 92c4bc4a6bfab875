"""`make eval`: how often the right document is found, by words, by vectors, and by both."""
